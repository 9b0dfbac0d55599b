import binaryen from 'assemblyscript/binaryen';

const CONSTANT = /\(v128\.const i32x4((?: 0x[0-9a-f]{8}){4})\)/g;

/** One instruction makes them from nothing. */
const CHEAP = [' 0x00000000', ' 0xffffffff'].map((word) => word.repeat(4));

const WORD_BYTES = 4;

/**
 * A module whose functions read their vector constants from memory, before the loops that use them, and the bytes of memory that they take: from the
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
  const table = new Table();
  const [head, ...functions] = module.emitText().split(/(?=^ \(func )/m);
  const hoisted = functions.map((text) => hoistConstants(text, table));
  const stores = table.words.map(
    (word, i) => `(i32.store offset=${WORD_BYTES * i} (global.get $constants) (i32.const ${word}))`,
  );
  const beginning = '(module (import "env" "constants" (global $constants i32))';
  const end = `(func (export "writeConstants") ${stores.join(' ')}))`;
  const result = binaryen.parseText(head.replace('(module', beginning) + hoisted.join('').replace(/\)\s*$/, end));
  result.setFeatures(module.getFeatures());
  return { binary: result.emitBinary(), bytes: WORD_BYTES * table.words.length };
}

/** The words of all constants, one behind the other. */
class Table {
  words = [];
  #loads = new Map();

  /** The load of a constant; undefined of one that stays, since it is cheap or its lanes do not repeat themselves. */
  loadOf(words) {
    const [a, b, c, d] = words.trim().split(' ');
    if (CHEAP.includes(words) || a !== c || b !== d) return undefined;
    const own = a === b ? [a] : [a, b];
    const key = own.join(' ');
    if (!this.#loads.has(key)) {
      const offset = WORD_BYTES * this.words.push(...own) - WORD_BYTES * own.length;
      this.#loads.set(key, `(v128.load${32 * own.length}_splat offset=${offset} align=4 (global.get $constants))`);
    }
    return this.#loads.get(key);
  }
}

/** A function whose outermost loops are each behind the loads of the constants in them; what is used outside of loops is loaded there. */
function hoistConstants(text, table) {
  const names = new Map();
  let result = '';
  let at = 0;
  for (let loop = text.indexOf('(loop '); loop >= 0; loop = text.indexOf('(loop ', at)) {
    const end = endOfExpression(text, loop);
    const used = new Set();
    const body = replaceConstants(text.slice(loop, end), table, (load) => {
      used.add(load);
      if (!names.has(load)) names.set(load, `$constant${names.size}`);
      return `(local.get ${names.get(load)})`;
    });
    const sets = Array.from(used, (load) => `(local.set ${names.get(load)} ${load})`);
    result += replaceConstants(text.slice(at, loop), table, (load) => load);
    result += sets.length > 0 ? `(block ${sets.join(' ')} ${body})` : body;
    at = end;
  }
  result += replaceConstants(text.slice(at), table, (load) => load);
  const lines = result.split('\n');
  let first = 1;
  while (lines[first].startsWith('  (local ')) first++;
  lines.splice(first, 0, ...Array.from(names.values(), (name) => `(local ${name} v128)`));
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

/** Text in which the constants of the table are replaced, by what a function makes of their loads. */
function replaceConstants(text, table, replacement) {
  return text.replaceAll(CONSTANT, (constant, words) => {
    const load = table.loadOf(words);
    return load === undefined ? constant : replacement(load);
  });
}
