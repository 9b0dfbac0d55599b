import {
  add,
  expandDims,
  eye,
  keep,
  mul,
  sum,
  type Tensor,
  tensor2d,
  type Tensor2D,
  transpose,
} from '@tensorflow/tfjs-core';

/**
 * Two triangular matrices that are kept as one square matrix, and so as one variable without entries that mean nothing: one below its
 * diagonal, the other above it, with one diagonal between them. This takes such a matrix apart.
 */
export class PackedTriangles {
  readonly #identity: Tensor2D;
  /** 1 below the diagonal. */
  readonly #below: Tensor2D;

  constructor(size: number) {
    const indices = Array.from({ length: size }, (_, i) => i);
    this.#identity = keep(eye(size));
    this.#below = keep(tensor2d(indices.map((i) => indices.map((j) => (j < i ? 1 : 0)))));
  }

  /** The strictly lower and the strictly upper triangle of square matrices, with zeros elsewhere, and the diagonal as a vector. */
  unpack(packed: Tensor): { below: Tensor; diagonal: Tensor; above: Tensor } {
    return {
      below: mul(packed, this.#below),
      diagonal: sum(mul(packed, this.#identity), -1),
      above: mul(packed, transpose(this.#below)),
    };
  }

  /** Matrices whose diagonals are zero, with these in their place, or with ones. */
  withDiagonal(matrix: Tensor, diagonal?: Tensor): Tensor {
    return add(matrix, diagonal ? mul(this.#identity, expandDims(diagonal, -2)) : this.#identity);
  }

  dispose(): void {
    this.#identity.dispose();
    this.#below.dispose();
  }
}
