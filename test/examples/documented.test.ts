import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';

const packages = path.resolve(import.meta.dirname, '../../packages');

/** The entry points of a package, as sources. */
function entriesOf(directory: string): string[] {
  const { exports } = JSON.parse(readFileSync(path.join(directory, 'package.json'), 'utf8')) as {
    exports: Record<string, Record<string, string>>;
  };
  return Object.values(exports).map((entry) => path.join(directory, entry['@pushforward/source']));
}

/** The functions, classes and constants that an entry point exports, each with the source that has it. */
function exportsOf(entry: string): { name: string; source: string }[] {
  const lists = readFileSync(entry, 'utf8').matchAll(/^export \{([^}]+)\} from '([^']+)\.js';$/gm);
  return [...lists].flatMap(([, list, module]) => {
    const names = list.split(',').map((name) => name.trim());
    const values = names.filter((name) => name !== '' && !name.startsWith('type '));
    return values.map((name) => ({ name, source: path.join(path.dirname(entry), `${module}.ts`) }));
  });
}

const COMMENT = String.raw`/\*\*((?:(?!\*/)[^])*)\*/\n`;

function hasExample({ name, source }: { name: string; source: string }): boolean {
  const declaration = new RegExp(
    String.raw`${COMMENT}export (?:async )?(?:abstract )?(?:function|class|const) ${name}\b`,
  );
  return declaration.exec(readFileSync(source, 'utf8'))?.[1].includes('* @example\n * ```ts\n') ?? false;
}

const names = readdirSync(packages).filter((name) => existsSync(path.join(packages, name, 'package.json')));

test.each(names)('everything that %s exports has an example', (name) => {
  const values = entriesOf(path.join(packages, name)).flatMap(exportsOf);
  expect(values.length).toBeGreaterThan(0);
  expect(values.filter((value) => !hasExample(value)).map((value) => value.name)).toEqual([]);
});
