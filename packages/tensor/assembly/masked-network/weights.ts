import { CHUNK, chunksOf, MaskedLayer, layerAt, MaskedNetwork } from './structs';
import { transposeFour } from '../simd/transpose';
import { entry, lookup } from '../tile/tile';

/** Copies the weights of one chunk of a layer's units by degree: as the forward pass wants them, or in the gradient the backward one. */
export function weightsTask(at: usize, task: i32): void {
  const network = changetype<MaskedNetwork>(at);
  let l: i32 = 0;
  for (; task >= chunksOf(layerAt(network, l)); l++) task -= chunksOf(layerAt(network, l));
  const layer = layerAt(network, l);
  const begin = task * CHUNK;
  const end = min(begin + CHUNK, layer.units);
  if (layer.forward) transposeWeights(layer, begin, end);
  else if (layer.backward) sortWeights(layer, begin, end);
}

/** `forward[unit, input]`, by degree, as far as the limits; other entries are not read. */
function transposeWeights(layer: MaskedLayer, begin: i32, end: i32): void {
  const stride = <usize>layer.inputs << 2;
  const given = <usize>layer.units << 2;
  let j = begin;
  if (!layer.unitOrder) {
    for (; j + 4 <= end; j += 4) {
      const limit = entry(layer.limits, j + 3);
      const column = layer.weights + (<usize>j << 2);
      let to = layer.forward + stride * j;
      let i: i32 = 0;
      for (; i + 4 <= limit; i += 4) {
        const r0 = column + given * lookup(layer.inputOrder, i);
        const r1 = column + given * lookup(layer.inputOrder, i + 1);
        const r2 = column + given * lookup(layer.inputOrder, i + 2);
        const r3 = column + given * lookup(layer.inputOrder, i + 3);
        transposeFour(to, to + stride, to + 2 * stride, to + 3 * stride, r0, r1, r2, r3);
        to += 16;
      }
      for (; i < limit; i++) {
        const row = column + given * lookup(layer.inputOrder, i);
        for (let u: usize = 0; u < 4; u++) store<f32>(to + stride * u, load<f32>(row + (u << 2)));
        to += 4;
      }
    }
  }
  for (; j < end; j++) {
    const column = layer.weights + (<usize>lookup(layer.unitOrder, j) << 2);
    const limit = entry(layer.limits, j);
    let to = layer.forward + stride * j;
    for (let i: i32 = 0; i < limit; i++) {
      store<f32>(to, load<f32>(column + given * lookup(layer.inputOrder, i)));
      to += 4;
    }
  }
}

/** `backward[input, unit]`, by degree. */
function sortWeights(layer: MaskedLayer, begin: i32, end: i32): void {
  const stride = <usize>layer.units << 2;
  for (let i: i32 = 0; i < layer.inputs; i++) {
    const row = layer.weights + stride * lookup(layer.inputOrder, i);
    const to = layer.backward + stride * i;
    for (let j = max(begin, entry(layer.firsts, i)); j < end; j++) {
      store<f32>(to + (<usize>j << 2), load<f32>(row + (<usize>entry(layer.unitOrder, j) << 2)));
    }
  }
}
