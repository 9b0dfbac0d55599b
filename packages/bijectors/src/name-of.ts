import { formatValue, type ModuleConfig } from '@pushforward/tensor';

/** What error messages call a module, out of its configuration. */
export function nameOf({ name }: ModuleConfig): string {
  if (typeof name !== 'string' || name.length > 200) throw new Error(`name must be a short text, got ${formatValue(name)}`);
  return name;
}
