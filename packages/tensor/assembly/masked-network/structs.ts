import { UNIT_BYTES } from '../tile/dot';

/** Units of a layer whose weights are one task. */
export const CHUNK: i32 = 32;

/** The units of one node, sorted by degree. Every tile has a record, in which each node has an offset. */
@unmanaged
export class MaskedNode {
  count: i32;
  /** For each degree d, and one more, the number of units of degrees below d. */
  starts: usize;
  /** Bytes from the record's start to the units' values, and to these through the activation. */
  values: usize;
  reads: usize;
}

/** A masked layer; its inputs and units are counted by degree. */
@unmanaged
export class MaskedLayer {
  from: i32;
  /** The node added to the result, or −1. */
  skip: i32;
  inputs: i32;
  units: i32;
  /** For each unit, how many inputs it reads: the first ones; ascending. */
  limits: usize;
  /** For each input, the first unit that reads it; it and all after do. */
  firsts: usize;
  /** The row of the matrix for each input; 0 if in order. */
  inputOrder: usize;
  /** The column of the matrix for each unit, and the unit of each column; 0 if in order. */
  unitOrder: usize;
  columnUnits: usize;
  /** `[inputs, units]`, as given. */
  weights: usize;
  /** Offset of the products, or 0: one row for all events, or one for each. */
  offset: usize;
  offsetPerRow: i32;
  /** Place for the weights by degree: `[units, inputs]`; and `[inputs, units]`, used where `unitOrder` is given. */
  forward: usize;
  backward: usize;
  /** The results: gradients of the weights and of the offset. */
  weightGradient: usize;
  offsetGradient: usize;
}

@unmanaged
export class MaskedNetwork {
  degrees: i32;
  dim: i32;
  /** The number of dimensions, the first in the order, that stay as they are and have no parameters. */
  passing: i32;
  parameterCount: i32;
  rows: i32;
  activation: i32;
  sequential: i32;
  /** Of hidden layers and the output. */
  layerCount: i32;
  layers: usize;
  /** The input's node, then each layer's. */
  nodes: usize;
  /** The place in the order of each dimension; 0 if they are in order. */
  dimensionIndices: usize;
  /** The map that takes the parameters: an affine step, splines, or neither. */
  form: usize;
  splines: usize;
  /** Products of one event that are not masked. */
  products: i32;
  /** `[N, D]` */
  input: usize;
  /** With a step the values `[N, D]`, else the parameters `[N, D · P]`; in the gradient, their cotangents. */
  value: usize;
  /** `[N]`, used with a step; in the gradient, its cotangent. */
  logDet: usize;
  inputGradient: usize;
  /** Bytes of one tile's record; the tiles' records, or 0 if they need not be kept. */
  record: usize;
  records: usize;
  /** Place for a block's adjoints, laid out as the values are. */
  adjoints: usize;
  /** Place for each thread: an input `[D, 16]`, the log-determinant, and a record if they are not kept, or in the gradient of splines another input. */
  work: usize;
  workStride: usize;
  /** The rows of the block whose gradients are being computed. */
  @internal first: i32;
  @internal end: i32;
}

// @ts-ignore: decorator
@inline
export function layerAt(network: MaskedNetwork, l: i32): MaskedLayer {
  return changetype<MaskedLayer>(network.layers + <usize>l * offsetof<MaskedLayer>());
}

// @ts-ignore: decorator
@inline
export function nodeAt(network: MaskedNetwork, n: i32): MaskedNode {
  return changetype<MaskedNode>(network.nodes + <usize>n * offsetof<MaskedNode>());
}

/** A thread's work space for an input, a log-determinant and a record. */
// @ts-ignore: decorator
@inline
export function workOf(network: MaskedNetwork, thread: i32): usize {
  return network.work + network.workStride * <usize>thread;
}

// @ts-ignore: decorator
@inline
export function totalOf(network: MaskedNetwork, work: usize): usize {
  return work + <usize>network.dim * UNIT_BYTES;
}

// @ts-ignore: decorator
@inline
export function chunksOf(layer: MaskedLayer): i32 {
  return (layer.units + CHUNK - 1) / CHUNK;
}
