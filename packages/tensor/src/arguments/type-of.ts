/**
 * The name of a module's class in saved files and error messages, which survives a minifier; that of the class itself where it has no `type`.
 *
 * @example
 * ```ts
 * import { typeOf } from '@pushforward/tensor/kernels';
 *
 * class Scale {
 *   static readonly type = 'Scale';
 * }
 * console.log(typeOf(new Scale())); // Scale
 * ```
 */
export function typeOf({ constructor }: object): string {
  const { type, name } = constructor as { type?: string; name: string };
  return type ?? name;
}
