/** Views of a whole memory, by which structures are written into it. */
export interface MemoryViews {
  readonly int32: Int32Array;
  readonly float32: Float32Array;
  readonly float64: Float64Array;
}

/** Views of a memory, made anew after it has grown. */
export function memoryViews(memory: { readonly buffer: ArrayBufferLike }): MemoryViews {
  let int32 = new Int32Array(memory.buffer);
  let float32 = new Float32Array(memory.buffer);
  let float64 = new Float64Array(memory.buffer);
  return {
    get int32() {
      if (int32.buffer !== memory.buffer) int32 = new Int32Array(memory.buffer);
      return int32;
    },
    get float32() {
      if (float32.buffer !== memory.buffer) float32 = new Float32Array(memory.buffer);
      return float32;
    },
    get float64() {
      if (float64.buffer !== memory.buffer) float64 = new Float64Array(memory.buffer);
      return float64;
    },
  };
}
