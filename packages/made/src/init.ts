/**
 * How the output weights of a network and of its residual blocks start. `'identity'`: at 0, so that every dimension starts with the initial
 * parameters and a flow at the identity. `'orthogonal'`: as {@link ORTHOGONAL_GAIN} times an orthogonal matrix, so that it starts nearby, and gradients reach the hidden
 * layers from the first step on.
 */
export type Init = 'identity' | 'orthogonal';

/** What the orthogonal output weights of {@link Init} are multiplied by. */
export const ORTHOGONAL_GAIN = 0.1;

/** @throws Error unless `init` is an {@link Init} */
export function checkInit(name: string, init: Init): void {
  if (init !== 'identity' && init !== 'orthogonal') throw new Error(`${name}: init must be 'identity' or 'orthogonal', got ${String(init)}`);
}
