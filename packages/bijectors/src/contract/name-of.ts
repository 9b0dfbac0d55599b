import { formatValue, type ModuleConfig } from '@pushforward/tensor';

/** What error messages call a module, out of its configuration; undefined where that leaves it to the class. */
export function nameOf({ name }: ModuleConfig): string | undefined {
  if (name !== undefined && (typeof name !== 'string' || name.length > 200))
    throw new Error(`name must be a short text, got ${formatValue(name)}`);
  return name;
}
