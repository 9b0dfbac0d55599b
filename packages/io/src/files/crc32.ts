const table = Uint32Array.from({ length: 256 }, (_, byte) => {
  let remainder = byte;
  for (let bit = 0; bit < 8; bit++) remainder = remainder & 1 ? (remainder >>> 1) ^ 0xedb88320 : remainder >>> 1;
  return remainder;
});

/**
 * The CRC-32 of zip, gzip and PNG, a whole number below 2³²: it finds accidents, and no forgery.
 *
 * @example
 * ```ts
 * import { crc32 } from '@pushforward/io';
 *
 * console.log(crc32(new TextEncoder().encode('123456789')).toString(16)); // cbf43926
 * ```
 */
export function crc32(bytes: Uint8Array): number {
  return crc32Of([bytes]);
}

/** The CRC-32 of bytes that follow each other. */
export function crc32Of(parts: readonly Uint8Array[]): number {
  let remainder = -1;
  for (const bytes of parts) {
    for (let i = 0; i < bytes.length; i++) remainder = table[(remainder ^ bytes[i]) & 0xff] ^ (remainder >>> 8);
  }
  return ~remainder >>> 0;
}
