/** The weights of a dense layer, output by output, so that the sum for one output goes along the memory. */
export interface Dense {
  readonly inputs: number;
  readonly outputs: number;
  /** `outputs × inputs`. */
  readonly rows: Float64Array;
}

/** From weights `[inputs, outputs]`. */
export function denseOf(weights: Float64Array, outputs: number): Dense {
  const inputs = weights.length / outputs;
  const rows = new Float64Array(weights.length);
  for (let i = 0; i < inputs; i++) for (let j = 0; j < outputs; j++) rows[j * inputs + i] = weights[i * outputs + j];
  return { inputs, outputs, rows };
}

/** Adds `x·W` to some outputs of vectors: x `vectors × inputs`, result `vectors × outputs`, of which those from `from` to `to − 1`. */
export function addProduct(
  { inputs, outputs, rows }: Dense,
  x: Float64Array,
  result: Float64Array,
  from = 0,
  to = outputs,
): void {
  const vectors = result.length / outputs;
  for (let v = 0; v < vectors; v++) {
    const start = v * inputs;
    for (let j = from; j < to; j++) {
      const row = j * inputs;
      let sum = 0;
      for (let i = 0; i < inputs; i++) sum += rows[row + i] * x[start + i];
      result[v * outputs + j] += sum;
    }
  }
}
