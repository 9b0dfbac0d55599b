import { memory, tensor2d, type Tensor, tidy } from '@tensorflow/tfjs-core';
import type { Vae } from '@pushforward/vae';
import { type Example, type PosteriorName, readExamples, readModel, type Scores } from './models.js';
import examplesUrl from './models/examples.safetensors?url';
import gaussianUrl from './models/gaussian.zip?url';
import iafUrl from './models/iaf.zip?url';
import { type Posterior, posteriorOf } from './posterior.js';

const SIZE = 96;

/** What comes with the models. */
export interface Digits {
  readonly examples: readonly Example[];
  readonly scores: Readonly<Record<PosteriorName, Scores>>;
}

/** Both posteriors of both models. */
export interface Posteriors extends Readonly<Record<PosteriorName, Posterior>> {
  readonly milliseconds: number;
  readonly tensors: number;
}

/** The two autoencoders of the page, loaded ready-made. */
export class Autoencoders {
  #models: Record<PosteriorName, Vae> | undefined;

  async load(): Promise<Digits> {
    const [gaussian, iaf, examples] = await Promise.all([gaussianUrl, iafUrl, examplesUrl].map(fetchBytes));
    const models = { gaussian: readModel(gaussian), iaf: readModel(iaf) };
    this.#models = { gaussian: models.gaussian.vae, iaf: models.iaf.vae };
    return {
      examples: readExamples(examples),
      scores: { gaussian: models.gaussian.scores, iaf: models.iaf.scores },
    };
  }

  async posteriors(pixels: ArrayLike<number>): Promise<Posteriors> {
    const start = performance.now();
    const gaussian = await posteriorOf(this.#demand('gaussian'), pixels, SIZE);
    const iaf = await posteriorOf(this.#demand('iaf'), pixels, SIZE);
    return { gaussian, iaf, milliseconds: performance.now() - start, tensors: memory().numTensors };
  }

  /** The mean of p(x|z) at points `[N, 2]`, flat: `[N, dataDim]`, flat. */
  decode(name: PosteriorName, z: Float32Array): Promise<Float32Array> {
    const vae = this.#demand(name);
    return readBack(() => vae.decode(tensor2d(z, [z.length / 2, 2])));
  }

  /** The mean of p(x|z) at points drawn from the prior. */
  sample(name: PosteriorName, count: number, seed: number): Promise<Float32Array> {
    const vae = this.#demand(name);
    return readBack(() => vae.decode(vae.prior.sample(count, { seed })));
  }

  #demand(name: PosteriorName): Vae {
    if (!this.#models) throw new Error('The models are not loaded yet.');
    return this.#models[name];
  }
}

async function fetchBytes(url: string): Promise<Uint8Array> {
  const response = await fetch(url);
  if (!response.ok) throw new Error(`A model could not be loaded: the server answered ${response.status}.`);
  return new Uint8Array(await response.arrayBuffer());
}

async function readBack(f: () => Tensor): Promise<Float32Array> {
  const tensor = tidy(f);
  const values = ((await tensor.data()) as Float32Array).slice();
  tensor.dispose();
  return values;
}
