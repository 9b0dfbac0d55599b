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

/** A function whose outermost loops are each behind the loads of the constants in them; what is used outside of loops is loaded there. */
function hoistConstants(text, offsets) {
  const own = new Set();
  let result = '';
  let at = 0;
  for (let loop = text.indexOf('(loop '); loop >= 0; loop = text.indexOf('(loop ', at)) {
    const end = endOfExpression(text, loop);
    const used = new Set();
    const body = replaceConstants(text.slice(loop, end), offsets, (lane) => {
      used.add(lane);
      return `(local.get $constant${lane})`;
    });
    for (const lane of used) own.add(lane);
    const sets = Array.from(used, (lane) => `(local.set $constant${lane} ${loadOf(lane, offsets)})`);
    result += replaceConstants(text.slice(at, loop), offsets, (lane) => loadOf(lane, offsets));
    result += sets.length > 0 ? `(block ${sets.join(' ')} ${body})` : body;
    at = end;
  }
  result += replaceConstants(text.slice(at), offsets, (lane) => loadOf(lane, offsets));
  const locals = Array.from(own, (lane) => `(local $constant${lane} v128)`);
  const lines = result.split('\n');
  let first = 1;
  while (lines[first].startsWith('  (local ')) first++;
  lines.splice(first, 0, ...locals);
  return lines.join('\n');
}

/** The place behind the expression that begins with a parenthesis. */
function endOfExpression(text, begin) {
  let depth = 0;
  for (let i = begin; ; i++) {
    if (text[i] === '(') depth++;
    else if (text[i] === ')' && --depth === 0) return i + 1;
  }
}

/** Text in which constants with four equal lanes are replaced. */
function replaceConstants(text, offsets, replacement) {
  return text.replaceAll(CONSTANT, (constant, words) => {
    const [lane, ...others] = words.trim().split(' ');
    if (CHEAP.includes(words) || others.some((other) => other !== lane)) return constant;
    if (!offsets.has(lane)) offsets.set(lane, LANE_BYTES * offsets.size);
    return replacement(lane);
  });
}

function loadOf(lane, offsets) {
  return `(v128.load32_splat offset=${offsets.get(lane)} (global.get $constants))`;
}
