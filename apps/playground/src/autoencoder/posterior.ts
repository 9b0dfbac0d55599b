import { add, concat, exp, mean, slice, tensor1d, tensor2d, type Tensor, tidy } from '@tensorflow/tfjs-core';
import { type Distribution, Independent, Normal, Transformed } from '@pushforward/distributions';
import type { Vae } from '@pushforward/vae';
import { cellArea, cellsOf, type ViewBox } from '../draw/view-box.js';
import { boxOf } from './box.js';

/** The exact posterior is looked for here, in so many cells: a side of one is about the deviation of a narrow posterior. */
const WHOLE: ViewBox = { x: [-5, 5], y: [-5, 5] };
const COARSE = 96;
const SAMPLES = 1024;
/** How many of the samples are decoded for the reconstruction. */
const DECODED = 64;
/** How many points are decoded at once: more would only take memory. */
const CHUNK = 2048;

/** q(z|x) and p(z|x) of one image over the part of the latent plane where they are. Units: nats. */
export interface Posterior {
  readonly box: ViewBox;
  readonly size: number;
  /** log q(z|x) at the middles of `size · size` cells of the box, from the top left. */
  readonly approximate: Float32Array;
  /** log p(z|x) there. */
  readonly exact: Float32Array;
  /** KL(q(z|x) ‖ p(z|x)) */
  readonly divergence: number;
  /** log p(x) */
  readonly logEvidence: number;
  /** The mean of p(x|z) over q(z|x), pixel by pixel. */
  readonly reconstruction: Float32Array;
}

/**
 * Both posteriors of an image under an autoencoder with two latent dimensions. The exact one is p(x|z) p(z), normalised by the midpoint rule.
 *
 * @param x `[dataDim]`, each 0 or 1
 */
export async function posteriorOf(vae: Vae, x: ArrayLike<number>, size: number): Promise<Posterior> {
  const image = tensor1d(Float32Array.from(x));
  try {
    const [samples, reconstruction, coarse] = await read(() => {
      const { q, context } = encode(vae, image);
      const z = q.sample(SAMPLES, { seed: 0, context });
      return [z, mean(vae.decode(slice(z, 0, DECODED)), 0), logJoint(vae, image, cellsOf(WHOLE, COARSE))];
    });
    const box = boxOf(samples, { box: WHOLE, size: COARSE, values: coarse });
    const [approximate, joint] = await read(() => {
      const { q, context } = encode(vae, image);
      const cells = cellsOf(box, size);
      return [q.logProb(tensor2d(cells, [size * size, 2]), context), logJoint(vae, image, cells)];
    });
    const area = cellArea(box, size);
    const top = joint.reduce((a, b) => Math.max(a, b), -Infinity);
    const logEvidence = top + Math.log(area * joint.reduce((total, value) => total + Math.exp(value - top), 0));
    const exact = joint.map((value) => value - logEvidence);
    return { box, size, approximate, exact, divergence: divergenceOf(approximate, exact), logEvidence, reconstruction };
  } finally {
    image.dispose();
  }
}

/** q(z|x), and the context that it takes. */
function encode(vae: Vae, image: Tensor): { q: Distribution; context: Tensor | undefined } {
  const { loc, logScale, context } = vae.encoder.encode(image);
  const gaussian = new Independent(new Normal(loc, exp(logScale)), 1);
  return { q: vae.posterior ? new Transformed(gaussian, vae.posterior) : gaussian, context };
}

/** log p(x|z) + log p(z) at points `[N, 2]`, flat. */
function logJoint(vae: Vae, image: Tensor, points: Float32Array): Tensor {
  const parts: Tensor[] = [];
  for (let start = 0; start < points.length; start += 2 * CHUNK) {
    const part = tidy(() => {
      const values = points.subarray(start, start + 2 * CHUNK);
      const z = tensor2d(values, [values.length / 2, 2]);
      return add(vae.likelihood.distribution(z).logProb(image), vae.prior.logProb(z));
    });
    parts.push(part);
  }
  return concat(parts);
}

/** `Σ q log (q / p)` over the cells, as a share of the mass of q that they hold. */
function divergenceOf(logQ: Float32Array, logP: Float32Array): number {
  let [total, mass] = [0, 0];
  for (const [i, value] of logQ.entries()) {
    const q = Math.exp(value);
    if (q === 0) continue;
    total += q * (value - logP[i]);
    mass += q;
  }
  return total / mass;
}

/** Reads tensors back, and frees all. */
async function read(f: () => Tensor[]): Promise<Float32Array[]> {
  const tensors = tidy(f);
  const values = await Promise.all(tensors.map(async (tensor) => ((await tensor.data()) as Float32Array).slice()));
  for (const tensor of tensors) tensor.dispose();
  return values;
}
