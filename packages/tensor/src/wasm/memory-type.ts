const [IMPORT_SECTION, MEMORY_SECTION] = [2, 5];
const [FUNCTION, TABLE, MEMORY] = [0, 1, 2];
const [HAS_MAXIMUM, SHARED] = [1, 2];

/**
 * A WebAssembly binary whose one memory, imported or its own, is declared shared or not; a module must say which kind it takes, and
 * runs in either if it never waits.
 *
 * @throws Error if the binary declares no memory with a maximum, which a shared one must have
 */
export function declareMemory(binary: Uint8Array, shared: boolean): Uint8Array<ArrayBuffer> {
  const result = Uint8Array.from(binary);
  const at = flagsOffset(result);
  if (at === undefined || !(result[at] & HAS_MAXIMUM))
    throw new Error('declareMemory: binary must declare a memory with a maximum, got none');
  result[at] = shared ? result[at] | SHARED : result[at] & ~SHARED;
  return result;
}

/** The position of the flags of the memory's limits. */
function flagsOffset(binary: Uint8Array): number | undefined {
  let at = 8;
  const readNumber = () => {
    let value = 0;
    for (let shift = 0; ; shift += 7) {
      const byte = binary[at++];
      value |= (byte & 0x7f) << shift;
      if (byte < 0x80) return value >>> 0;
    }
  };
  const skipName = () => {
    const length = readNumber();
    at += length;
  };
  while (at < binary.length) {
    const section = binary[at++];
    const size = readNumber();
    const end = at + size;
    if (section === MEMORY_SECTION) return readNumber() > 0 ? at : undefined;
    if (section === IMPORT_SECTION) {
      for (let count = readNumber(); count > 0; count--) {
        skipName();
        skipName();
        const kind = binary[at++];
        if (kind === MEMORY) return at;
        if (kind === FUNCTION) readNumber();
        else if (kind === TABLE) {
          at++;
          const hasMaximum = (binary[at++] & HAS_MAXIMUM) !== 0;
          readNumber();
          if (hasMaximum) readNumber();
        } else at += 2;
      }
    }
    at = end;
  }
  return undefined;
}
