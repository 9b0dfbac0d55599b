import { decodeSafetensors, unpackModule } from '@pushforward/io';
import { Vae, vaeModules } from '@pushforward/vae';

/** The side of an image, and how many pixels it has. */
export const SIDE = 28;
export const PIXELS = SIDE ** 2;

/** The two autoencoders, by what approximates their posterior. */
export const posteriorNames = ['gaussian', 'iaf'] as const;

export type PosteriorName = (typeof posteriorNames)[number];

/** How good a model is on digits that it was not trained on: means in nats. */
export interface Scores {
  readonly testElbo: number;
  readonly testLogLikelihood: number;
  readonly testCount: number;
}

/** A model as `scripts/train-digits.mjs` wrote it. */
export function readModel(bytes: Uint8Array): { vae: Vae; scores: Scores } {
  const { module, metadata } = unpackModule<Vae>(bytes, vaeModules);
  return { vae: module, scores: metadata as unknown as Scores };
}

/** A real digit, each pixel 0 or 1. */
export interface Example {
  readonly label: number;
  readonly pixels: Uint8Array;
}

/** The digits beside the models, black where their grey level is above a half. */
export function readExamples(bytes: Uint8Array): Example[] {
  const { tensors } = decodeSafetensors(bytes);
  const levels = tensors.get('pixels')!.values;
  return Array.from(tensors.get('labels')!.values, (label, i) => ({
    label,
    pixels: Uint8Array.from(levels.slice(i * PIXELS, (i + 1) * PIXELS), (level) => (level > 127 ? 1 : 0)),
  }));
}
