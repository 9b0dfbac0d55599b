import { crc32, crc32Of } from '../files/crc32.js';
import type { StoredTensor } from './safetensors.js';

/**
 * A checksum of all that a file of tensors says, however it is written down: names, types, shapes and values of its tensors, and its
 * texts. It finds accidents, one bit or whole ranges, and no forgery, for which a file would have to be signed.
 */
export function checksumOf(
  tensors: ReadonlyMap<string, StoredTensor>,
  texts: Readonly<Record<string, string>>,
): string {
  const names = [...tensors.keys()].toSorted();
  // JSON keeps neighbours apart: two different contents have two different texts.
  const described = JSON.stringify([
    names.map((name) => [name, tensors.get(name)!.dtype, tensors.get(name)!.shape]),
    Object.entries(texts).toSorted(),
  ]);
  const values = names.map((name) => {
    const { buffer, byteOffset, byteLength } = tensors.get(name)!.values;
    return new Uint8Array(buffer, byteOffset, byteLength);
  });
  return inHex(crc32Of([new TextEncoder().encode(described), ...values]));
}

/** The checksum of a text. */
export function checksumOfText(text: string): string {
  return inHex(crc32(new TextEncoder().encode(text)));
}

function inHex(checksum: number): string {
  return checksum.toString(16).padStart(8, '0');
}
