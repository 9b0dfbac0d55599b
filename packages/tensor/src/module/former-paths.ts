import type { ModuleContract } from './contract.js';

/** From the path that a variable was saved under to the one of today. */
export type PathRule = (path: string) => string;

/**
 * The rule for a whole module, from those of the modules in it: a holder's comes first, so that a part's is asked where the part stands
 * today.
 *
 * @param rules those of modules whose class has one, each for paths within its module
 */
export function pathsOfToday(module: ModuleContract, rules: ReadonlyMap<ModuleContract, PathRule>): PathRule {
  const byPlace = new Map<string, PathRule>();
  for (const [place, part] of module.modulePaths()) {
    const rule = rules.get(part);
    if (rule) byPlace.set(place, rule);
  }
  if (byPlace.size === 0) return (path) => path;
  return (path) => {
    let names = path.split('.');
    for (let depth = 0; depth < names.length; depth++) {
      const [place, rest] = [names.slice(0, depth), names.slice(depth)].map((part) => part.join('.'));
      const rule = byPlace.get(place);
      if (rule) names = [...names.slice(0, depth), ...rule(rest).split('.')];
    }
    return names.join('.');
  };
}
