import { add, concat, reshape, slice, stack, sum, type Tensor, unstack, zeros } from '@tensorflow/tfjs-core';
import { activate, type Activation, linear } from '@pushforward/tensor';
import type { Step, ValueAndLogDet } from '../contract/conditioner.js';

/** Masked filters, as an unrolling reads them. */
export interface PixelLayer {
  /** `[pixels × inputs, outputs]`, the filter's own pixel last. */
  readonly weights: Tensor;
  readonly bias: Tensor;
  /** The pixels before its own that a filter reads, in the order of the weights. */
  readonly before: readonly (readonly [down: number, right: number])[];
}

/** Arguments of {@link unrollPixels}. */
export interface PixelUnrolling {
  readonly shape: readonly [height: number, width: number, channels: number];
  /** The group of each hidden channel, ascending. */
  readonly groups: readonly number[];
  readonly parameterCount: number;
  readonly activation: Activation;
  /** The first layer, the residual blocks, and the map to the parameters. */
  readonly layers: readonly PixelLayer[];
  /** The context's offset of each pixel of the first layer, `[rows, channels]`, or one for all pixels. */
  readonly added?: readonly Tensor[];
  /** `[rows, D]` */
  readonly input: Tensor;
  readonly step: Step;
}

/**
 * A PixelCNN number by number: for each pixel and each of its channels, the hidden units of that channel's group at that pixel, layer by layer, then the parameters,
 * then the value. What filters of later pixels read, activated, is kept for each layer and pixel, so that every unit is computed once. For use under `tf.tidy`.
 */
export function unrollPixels(given: PixelUnrolling): ValueAndLogDet {
  const { shape, layers, input, step } = given;
  const [height, width, channels] = shape;
  const [rows] = input.shape;
  const inputs = unstack(input, 1);
  const parts = layers.map((_, l) => Array.from({ length: channels }, (_own, channel) => partOf(given, l, channel)));
  const outside = layers.map(({ weights, before }) =>
    before.length === 0 ? undefined : zeros([rows, weights.shape[0] / (before.length + 1)]),
  );
  // Inputs of each layer, pixel by pixel: the first one's are values, the others' activated units.
  const kept: Tensor[][] = layers.map(() => []);
  const values: Tensor[] = [];
  const logDets: Tensor[] = [];
  for (let pixel = 0; pixel < height * width; pixel++) {
    const [row, column] = [Math.floor(pixel / width), pixel % width];
    const before = layers.map(({ before: offsets }, l) =>
      offsets.map(([down, right]) => {
        const isInside = row + down >= 0 && column + right >= 0 && column + right < width;
        return isInside ? kept[l][(row + down) * width + column + right] : outside[l]!;
      }),
    );
    // Inputs of each layer at this pixel, group by group.
    const own: Tensor[][] = layers.map(() => []);
    for (let channel = 0; channel < channels; channel++) {
      let hidden: Tensor | undefined;
      for (const [l, byChannel] of parts.entries()) {
        const { weights, bias, added } = byChannel[channel];
        const read = [...before[l], ...own[l]];
        // Filters of one pixel read nothing for its first channel.
        const product = read.length === 0 ? add(zeros([rows, bias.size]), bias) : linear(joined(read), weights, bias);
        if (l === layers.length - 1) {
          hidden = product;
        } else {
          hidden = hidden ? add(hidden, product) : product;
          if (added) hidden = add(hidden, added[pixel % added.length]);
          own[l + 1].push(activate(given.activation, hidden));
        }
      }
      const chosen = step(inputs[pixel * channels + channel], hidden!);
      values.push(chosen.value);
      logDets.push(chosen.logDet);
      own[0].push(reshape(chosen.value, [rows, 1]));
    }
    for (const [l, groups] of own.entries()) kept[l].push(joined(groups));
  }
  return { value: stack(values, 1), logDet: sum(stack(logDets, 1), 1) };
}

/** Side by side. */
function joined(parts: readonly Tensor[]): Tensor {
  return parts.length === 1 ? parts[0] : concat([...parts], 1);
}

/** The weights of one layer that lead to a channel's group, from all that the group may read. */
function partOf(
  { groups, parameterCount, layers, added }: PixelUnrolling,
  l: number,
  channel: number,
): { weights: Tensor; bias: Tensor; added?: Tensor[] } {
  const { weights, bias, before } = layers[l];
  const isOutput = l === layers.length - 1;
  const [begin, end] = isOutput
    ? [channel * parameterCount, (channel + 1) * parameterCount]
    : [startOf(groups, channel), startOf(groups, channel + 1)];
  const inputs = weights.shape[0] / (before.length + 1);
  // Of its own pixel the first layer reads the channels before, the others their groups up to this one.
  const ownInputs = l === 0 ? channel : startOf(groups, channel + 1);
  const part = {
    weights: slice(weights, [0, begin], [before.length * inputs + ownInputs, end - begin]),
    bias: slice(bias, [begin], [end - begin]),
  };
  if (l > 0 || !added) return part;
  return { ...part, added: added.map((own) => slice(own, [0, begin], [own.shape[0], end - begin])) };
}

/** The first channel of a group. */
function startOf(groups: readonly number[], group: number): number {
  return groups.filter((own) => own < group).length;
}
