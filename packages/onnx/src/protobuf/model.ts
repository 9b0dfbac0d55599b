import { bytes, type Field, float, integer, integers, message, text } from './message.js';

// Field numbers and enumerations are those of https://github.com/onnx/onnx/blob/main/onnx/onnx.proto.

/** The version of the operators: the first of 2022, which runtimes of every platform have. */
const OPSET = 17;
/** The version of the format that came with it. */
const IR_VERSION = 8;

/** ONNX's numbers of element types. */
export const ELEMENT = { float: 1, int64: 7, bool: 9 } as const;

/** Integers, a real number, one integer, or a graph that an operation runs. */
export type Attribute =
  | { readonly ints: readonly number[] }
  | { readonly float: number }
  | { readonly int: number }
  | { readonly graph: OnnxGraph };

/** A graph in an operation, which may read what stands around it. */
interface OnnxGraph {
  readonly name: string;
  readonly nodes: readonly OnnxNode[];
  readonly inputs: readonly OnnxTensor[];
  readonly outputs: readonly OnnxTensor[];
}

/** One operation: its inputs and outputs are names. */
export interface OnnxNode {
  readonly type: string;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly attributes: Readonly<Record<string, Attribute>>;
}

/** A constant of a graph. */
export interface OnnxConstant {
  readonly name: string;
  readonly shape: readonly number[];
  readonly values: Float32Array | BigInt64Array;
}

/** An input or an output. */
export interface OnnxTensor {
  readonly name: string;
  /** Of its elements; real numbers unless something is said. */
  readonly type?: number;
  /** With a name in place of a size that is not known beforehand; absent where nothing is. */
  readonly shape?: readonly (number | string)[];
  readonly description?: string;
}

/** All that a file has. */
export interface OnnxModel extends OnnxGraph {
  readonly description: string;
  readonly metadata: Readonly<Record<string, string>>;
  readonly constants: readonly OnnxConstant[];
}

/** The bytes of an ONNX file. */
export function encodeModel(model: OnnxModel): Uint8Array {
  return message(
    integer(1, IR_VERSION),
    text(2, 'pushforward'),
    text(6, model.description),
    bytes(7, encodeGraph(model, model)),
    bytes(8, message(text(1, ''), integer(2, OPSET))),
    ...Object.entries(model.metadata).map(([key, value]) => bytes(14, message(text(1, key), text(2, value)))),
  );
}

function encodeGraph(
  { name, nodes, inputs, outputs }: OnnxGraph,
  { description, constants }: Pick<OnnxModel, 'description' | 'constants'> = { description: '', constants: [] },
): Uint8Array {
  return message(
    ...nodes.map((node, i) => bytes(1, encodeNode(node, i))),
    text(2, name),
    ...constants.map((constant) => bytes(5, encodeConstant(constant))),
    text(10, description),
    ...inputs.map((input) => bytes(11, encodeTensor(input))),
    ...outputs.map((output) => bytes(12, encodeTensor(output))),
  );
}

function encodeNode({ type, inputs, outputs, attributes }: OnnxNode, place: number): Uint8Array {
  return message(
    ...inputs.map((input) => text(1, input)),
    ...outputs.map((output) => text(2, output)),
    text(3, `${type}_${place}`),
    text(4, type),
    ...Object.entries(attributes).map(([key, value]) => bytes(5, message(text(1, key), ...encodeAttribute(value)))),
  );
}

/** The field that says of which type an attribute is. */
const TYPE = 20;

function encodeAttribute(value: Attribute): Field[] {
  if ('float' in value) return [float(2, value.float), integer(TYPE, 1)];
  if ('graph' in value) return [bytes(6, encodeGraph(value.graph)), integer(TYPE, 5)];
  if ('int' in value) return [integer(3, value.int), integer(TYPE, 2)];
  return [...value.ints.map((int) => integer(8, int)), integer(TYPE, 7)];
}

function encodeConstant({ name, shape, values }: OnnxConstant): Uint8Array {
  return message(
    integers(1, shape),
    integer(2, values instanceof Float32Array ? ELEMENT.float : ELEMENT.int64),
    text(8, name),
    bytes(9, littleEndian(values)),
  );
}

/** The bytes of numbers, the lowest first, whatever the machine's own order is. */
function littleEndian(values: Float32Array | BigInt64Array): Uint8Array {
  const size = values.BYTES_PER_ELEMENT;
  const result = new DataView(new ArrayBuffer(values.length * size));
  if (values instanceof Float32Array) values.forEach((value, i) => result.setFloat32(i * size, value, true));
  else values.forEach((value, i) => result.setBigInt64(i * size, value, true));
  return new Uint8Array(result.buffer);
}

function encodeTensor({ name, type = ELEMENT.float, shape, description = '' }: OnnxTensor): Uint8Array {
  const axes = shape?.map((size) => bytes(1, message(typeof size === 'number' ? integer(1, size) : text(2, size))));
  const ofShape = axes ? [bytes(2, message(...axes))] : [];
  return message(
    text(1, name),
    bytes(2, message(bytes(1, message(integer(1, type), ...ofShape)))),
    text(3, description),
  );
}
