import { tidy } from '@tensorflow/tfjs-core';
import { ConvDecoder, ConvEncoder, initializeWeightNorm } from '@pushforward/made';
import type { Key } from '@pushforward/tensor';
import { Encoder, type Vae } from '@pushforward/vae';
import { takeDigits } from '../../data/digits/digits.js';
import type { Digits } from '../../data/digits/images.js';
import { greyLevels } from '../../digits/evaluation.js';
import { binarise } from '../../digits/model.js';

/** How large the residual networks around a code are. */
export interface ConvolutionalSize {
  /** Of the levels of the encoder and, in reverse, of the decoder. */
  channels: number[];
  /** Residual blocks of each level. */
  blocks: number;
  /** The width of the layer between the levels and the code. */
  hidden: number;
  latent: number;
}

/** Those of the IAF paper. */
export const paperSize: ConvolutionalSize = { channels: [16, 32, 32], blocks: 2, hidden: 450, latent: 32 };
/** Those of quick forms. */
export const quickSize: ConvolutionalSize = { channels: [8, 8], blocks: 1, hidden: 64, latent: 8 };

/** The encoder of the IAF paper's digits, with so many numbers for a posterior's flow. */
export function convolutionalEncoder(
  { channels, blocks, hidden, latent }: ConvolutionalSize,
  { height, width }: Digits,
  contextDim: number,
  seed: Key,
): Encoder {
  const outputDim = 2 * latent + contextDim;
  const inputShape = [height, width, 1];
  return new Encoder(new ConvEncoder({ inputShape, channels, blocks, hidden: [hidden], outputDim, seed }), latent);
}

/** Its decoder, with so many numbers for each pixel. */
export function convolutionalDecoder(
  { channels, blocks, hidden, latent }: ConvolutionalSize,
  { height, width }: Digits,
  outputs: number,
  seed: Key,
): ConvDecoder {
  return new ConvDecoder({
    inputDim: latent,
    hidden: [hidden],
    channels: channels.toReversed(),
    blocks,
    outputShape: [height, width, outputs],
    seed,
  });
}

/** Sets the weights that are normalised from a hundred digits. */
export function setFromDigits(vae: Vae, digits: Digits, { pixelKey, drawKey }: { pixelKey: Key; drawKey: Key }): void {
  // From all over the set, which may be sorted by what they show.
  const count = Math.min(100, digits.count);
  const places = Array.from({ length: count }, (_, i) => Math.floor((i * digits.count) / count));
  tidy(() => {
    const x = binarise(greyLevels(takeDigits(digits, places), 0, count), pixelKey);
    initializeWeightNorm(vae, () => vae.elbo(x, { seed: drawKey }));
  });
}
