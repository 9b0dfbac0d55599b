import binaryen from 'assemblyscript/binaryen';

const CONSTANT = /\(v128\.const i32x4((?: 0x[0-9a-f]{8}){4})\)/g;

/** One instruction makes them from nothing. */
const CHEAP = [' 0x00000000', ' 0xffffffff'].map((word) => word.repeat(4));

const LANE_BYTES = 4;

/**
 * A module whose functions read their vector constants from memory, each once at the function's beginning, and the bytes of memory that they take: from the
 * address in the imported global `constants` on, where its function `writeConstants` puts them.
 *
 * V8 puts a constant of 128 bits together from immediates wherever it is used, in loops too, which takes longer than the arithmetic between two of them.
 * What is loaded it keeps in a register or on the stack, and two vectors that use it can become one of 256 bits. Measured on Node 24: a logarithm and an
 * exponential of the Bernoulli likelihood in half the time, a training step of an LSTM-IAF in four fifths. Not globals of vectors: the compiler of
 * Node 26 ends the process at some.
 *
 * @param binary a module
 */
export function keepConstantsInMemory(binary) {
  const module = binaryen.readBinaryWithFeatures(binary, binaryen.Features.All);
  const offsets = new Map();
  const [head, ...functions] = module.emitText().split(/(?=^ \(func )/m);
  const hoisted = functions.map((text) => hoistConstants(text, offsets));
  const stores = Array.from(
    offsets,
    ([lane, offset]) => `(i32.store offset=${offset} (global.get $constants) (i32.const ${lane}))`,
  );
  const beginning = '(module (import "env" "constants" (global $constants i32))';
  const end = `(func (export "writeConstants") ${stores.join(' ')}))`;
  const result = binaryen.parseText(head.replace('(module', beginning) + hoisted.join('').replace(/\)\s*$/, end));
  result.setFeatures(module.getFeatures());
  return { binary: result.emitBinary(), bytes: LANE_BYTES * offsets.size };
}

/** A function that reads each of its constants once, at its beginning. */
function hoistConstants(text, offsets) {
  const own = new Set();
  const body = text.replaceAll(CONSTANT, (constant, words) => {
    const [lane, ...others] = words.trim().split(' ');
    if (CHEAP.includes(words) || others.some((other) => other !== lane)) return constant;
    if (!offsets.has(lane)) offsets.set(lane, LANE_BYTES * offsets.size);
    own.add(lane);
    return `(local.get $constant${lane})`;
  });
  const locals = Array.from(own, (lane) => `(local $constant${lane} v128)`);
  const sets = Array.from(
    own,
    (lane) => `(local.set $constant${lane} (v128.load32_splat offset=${offsets.get(lane)} (global.get $constants)))`,
  );
  const lines = body.split('\n');
  let first = 1;
  while (lines[first].startsWith('  (local ')) first++;
  lines.splice(first, 0, ...locals, ...sets);
  return lines.join('\n');
}
