/** A field of a protobuf message: its number, and its value in the wire format. */
export type Field = readonly [number: number, value: Uint8Array, wireType: 0 | 2 | 5];

/** An integer, of 64 bits in two's complement. */
export function integer(number: number, value: number): Field {
  return [number, varint(BigInt.asUintN(64, BigInt(value))), 0];
}

/** A number of 32 bits. */
export function float(number: number, value: number): Field {
  const bytes = new Uint8Array(4);
  new DataView(bytes.buffer).setFloat32(0, value, true);
  return [number, bytes, 5];
}

/** Bytes, or what a message contains another message as. */
export function bytes(number: number, value: Uint8Array): Field {
  return [number, value, 2];
}

/** A text. */
export function text(number: number, value: string): Field {
  return bytes(number, new TextEncoder().encode(value));
}

/** Several integers in one field. */
export function integers(number: number, values: readonly number[]): Field {
  return bytes(number, joined(values.map((value) => integer(number, value)[1])));
}

/** Fields, one after the other, as a message. */
export function message(...fields: readonly Field[]): Uint8Array {
  return joined(
    fields.flatMap(([number, value, wireType]) => {
      const tag = varint(BigInt(number * 8 + wireType));
      return wireType === 2 ? [tag, varint(BigInt(value.length)), value] : [tag, value];
    }),
  );
}

/** Seven bits a byte, the lowest first; all but the last have the highest bit set. */
function varint(value: bigint): Uint8Array {
  const result: number[] = [];
  let rest = value;
  for (; rest > 127n; rest >>= 7n) result.push(Number(rest & 127n) | 128);
  return Uint8Array.of(...result, Number(rest));
}

function joined(parts: readonly Uint8Array[]): Uint8Array {
  const result = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let offset = 0;
  for (const part of parts) {
    result.set(part, offset);
    offset += part.length;
  }
  return result;
}
