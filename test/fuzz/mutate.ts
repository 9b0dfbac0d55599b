import { foldIn, type Key, randomBits } from '@pushforward/tensor';

/**
 * A file as a bad disk, a bad cable or a bad person might leave it: one of eight kinds of damage at a random place, the same one for a key.
 * The bytes that come out may be those that went in, where a range happened to hold what was written over it.
 */
export function mutate(bytes: Uint8Array, key: Key): Uint8Array<ArrayBuffer> {
  const [kind, ...draws] = randomBits(key, 6);
  const below = (draw: number, limit: number) => draws[draw] % Math.max(1, limit);
  const copy = Uint8Array.from(bytes);
  // Half the places are near the beginning, where headers stand.
  const place = draws[4] % 2 ? below(0, bytes.length) : below(0, Math.min(bytes.length, 512));
  const length = 1 + below(1, Math.min(64, bytes.length - place));
  switch (kind % 8) {
    case 0:
      copy[place] ^= 1 << below(2, 8);
      return copy;
    case 1:
      copy[place] = below(2, 256);
      return copy;
    case 2:
      return copy.fill(0, place, place + length);
    case 3:
      return copy.copyWithin(place, below(2, bytes.length), below(2, bytes.length) + length);
    case 4:
      return copy.slice(0, place);
    case 5:
      return spliced(copy, place, length, new Uint8Array(0));
    case 6:
      return spliced(copy, place, 0, Uint8Array.from(randomBits(foldIn(key, 1), length)));
    default:
      return changedNumber(copy, place, draws[2]);
  }
}

function spliced(bytes: Uint8Array, start: number, count: number, inserted: Uint8Array): Uint8Array<ArrayBuffer> {
  const result = new Uint8Array(bytes.length - count + inserted.length);
  result.set(bytes.subarray(0, start));
  result.set(inserted, start);
  result.set(bytes.subarray(start + count), start + inserted.length);
  return result;
}

const NUMBERS = ['0', '-1', '1e9', '1e308', '0.5', 'null', '""', '[]', '{}', '12345678901234567890', '"\\u001b[31m"', '__proto__'];

/** Writes something else over the first number of a text behind a place. */
function changedNumber(bytes: Uint8Array<ArrayBuffer>, place: number, draw: number): Uint8Array<ArrayBuffer> {
  let start = place;
  while (start < bytes.length && !isDigit(bytes[start])) start++;
  let end = start;
  while (end < bytes.length && isDigit(bytes[end])) end++;
  return spliced(bytes, start, end - start, new TextEncoder().encode(NUMBERS[draw % NUMBERS.length]));
}

function isDigit(byte: number): boolean {
  return byte >= 48 && byte <= 57;
}
