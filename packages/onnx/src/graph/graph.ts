import { type Attribute, ELEMENT, type OnnxConstant, type OnnxNode } from '../protobuf/model.js';

/** The name of a tensor in a graph. */
export type Value = string;

type Attributes = Readonly<Record<string, number | readonly number[]>>;

/** Attributes that ONNX has as real numbers, whichever number stands there. */
const REAL = new Set(['alpha', 'epsilon']);

/** Collects the operations and the constants of an ONNX graph. */
export class Graph {
  #nodes: OnnxNode[] = [];
  readonly constants: OnnxConstant[] = [];
  /** Of the small constants, which occur again and again. */
  readonly #names = new Map<string, Value>();
  /** `[rows, 1]` */
  #zeros?: Value;
  #count = 0;

  #rows: Value;

  /** @param x the input that has a row for each event */
  constructor(x: Value) {
    this.#rows = x;
  }

  get nodes(): readonly OnnxNode[] {
    return this.#nodes;
  }

  /** From here on, what stands in every row has as many rows as this. */
  takeRowsOf(value: Value): void {
    this.#rows = value;
    this.#zeros = undefined;
  }

  /** Appends an operation, a plain number standing for a constant, and names its result. */
  op(type: string, inputs: readonly (Value | number)[], attributes?: Attributes): Value {
    return this.#append(type, inputs, 1, attributes)[0];
  }

  /** `[rows, Σ sizes]` cut into columns; as it is if there is one size alone. */
  splitColumns(value: Value, sizes: readonly number[], axis = 1): Value[] {
    if (sizes.length === 1) return [value];
    return this.#append('Split', [value, this.integers(sizes)], sizes.length, { axis });
  }

  /** The rows of a value in so many parts of the same length. */
  splitEqually(value: Value, count: number): Value[] {
    return this.#append('Split', [value], count, { axis: 0 });
  }

  /** The columns of all; a value alone as it is. */
  joinColumns(values: readonly Value[], axis = 1): Value {
    return values.length === 1 ? values[0] : this.op('Concat', values, { axis });
  }

  /** Column i of the result is column `indices[i]`. */
  takeColumns(value: Value, indices: readonly number[], count: number): Value {
    const isWhole = indices.length === count && indices.every((index, i) => index === i);
    return isWhole ? value : this.op('Gather', [value, this.integers(indices)], { axis: 1 });
  }

  /**
   * A single row, one for each event: added to zeros that are made of an input. `Expand` to a computed shape does not do, since onnxruntime then
   * loses sight of all shapes that come after, and plans their memory in quadratic time.
   */
  inEveryRow(row: Value): Value {
    if (this.#zeros === undefined) {
      const column = this.op('Gather', [this.#rows, this.integers([0])], { axis: 1 });
      this.#zeros = this.op('Cast', [this.op('Less', [column, column])], { to: ELEMENT.float });
    }
    return this.op('Add', [this.#zeros, row]);
  }

  /** The sum of each row. */
  sumColumns(value: Value): Value {
    return this.op('ReduceSum', [value, this.integers([1])], { keepdims: 0 });
  }

  /** Real numbers that a body maps to new ones of the same shape, a number of times. The body may use whatever is there before, but write nothing {@link inEveryRow}. */
  repeat(times: number, initial: readonly Value[], body: (values: readonly Value[]) => readonly Value[]): Value[] {
    const outer = this.#nodes;
    this.#nodes = [];
    const [count, goesOn, goesOnStill, ...values] = [0, 1, 2, ...initial].map(() => this.#fresh());
    const results = body(values).map((value) => this.op('Identity', [value]));
    this.name(goesOnStill, goesOn);
    const loop = {
      name: 'body',
      nodes: this.#nodes,
      inputs: [
        { name: count, type: ELEMENT.int64, shape: [] },
        { name: goesOn, type: ELEMENT.bool, shape: [] },
        ...values.map((name) => ({ name, type: ELEMENT.float })),
      ],
      outputs: [
        { name: goesOnStill, type: ELEMENT.bool, shape: [] },
        ...results.map((name) => ({ name, type: ELEMENT.float })),
      ],
    };
    this.#nodes = outer;
    const outputs = initial.map(() => this.#fresh());
    // No condition ends it before its time.
    const inputs = [this.integers([times], []), '', ...initial];
    this.#nodes.push({ type: 'Loop', inputs, outputs, attributes: { body: { graph: loop } } });
    return outputs;
  }

  /** Gives a value the name that users know it by. */
  name(name: Value, value: Value): void {
    this.#nodes.push({ type: 'Identity', inputs: [value], outputs: [name], attributes: {} });
  }

  floats(values: ArrayLike<number>, shape: readonly number[] = [values.length]): Value {
    return this.#constant(Float32Array.from(values), shape);
  }

  integers(values: readonly number[], shape: readonly number[] = [values.length]): Value {
    return this.#constant(BigInt64Array.from(values, BigInt), shape);
  }

  #append(type: string, inputs: readonly (Value | number)[], count: number, attributes: Attributes = {}): Value[] {
    const outputs = Array.from({ length: count }, () => this.#fresh());
    this.#nodes.push({
      type,
      inputs: inputs.map((input) => (typeof input === 'number' ? this.floats([input], []) : input)),
      outputs,
      attributes: Object.fromEntries(Object.entries(attributes).map(([key, value]) => [key, attribute(key, value)])),
    });
    return outputs;
  }

  #fresh(): Value {
    return `v${this.#count++}`;
  }

  #constant(values: Float32Array | BigInt64Array, shape: readonly number[]): Value {
    const isSmall = values.length <= 64;
    const content = isSmall ? `${values.constructor.name} ${shape.join('×')} ${values.join(' ')}` : '';
    const known = this.#names.get(content);
    if (known !== undefined) return known;
    const name = `c${this.constants.length}`;
    if (isSmall) this.#names.set(content, name);
    this.constants.push({ name, shape, values });
    return name;
  }
}

function attribute(key: string, value: number | readonly number[]): Attribute {
  if (typeof value !== 'number') return { ints: value };
  return REAL.has(key) ? { float: value } : { int: value };
}
