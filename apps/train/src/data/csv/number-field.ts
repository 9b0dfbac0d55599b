/** How a number is written in a file. */
export interface NumberStyle {
  /** What stands between a number's whole part and its fraction. */
  readonly decimal: '.' | ',';
}

const PLUS = 0x2b;
const COMMA = 0x2c;
const MINUS = 0x2d;
const POINT = 0x2e;
const ZERO = 0x30;
const NINE = 0x39;
const UPPER_E = 0x45;
const LOWER_E = 0x65;

/** Powers of ten that float64 holds exactly. */
const POWERS = Array.from({ length: 23 }, (_, i) => 10 ** i);
/** Up to here float64 holds every whole number. */
const EXACT = 2 ** 53;

/** What is longer is no number that anybody wrote. */
const LONGEST = 1000;

/** A number that {@link scanNumber} read. */
export const scanned = { value: 0, end: 0 };

/**
 * Reads the number that starts at `start` into {@link scanned}, with the place where it ends: digits with a decimal mark or without, a sign and an
 * exponent. Correctly rounded, in time linear in its length.
 *
 * @returns whether there is one
 */
export function scanNumber(bytes: Uint8Array, start: number, end: number, { decimal }: NumberStyle): boolean {
  const mark = decimal === '.' ? POINT : COMMA;
  let at = start;
  let byte = at < end ? bytes[at] : 0;
  const isNegative = byte === MINUS;
  if (isNegative || byte === PLUS) byte = ++at < end ? bytes[at] : 0;
  const first = at;
  let mantissa = 0;
  while (byte >= ZERO && byte <= NINE) {
    mantissa = 10 * mantissa + (byte - ZERO);
    byte = ++at < end ? bytes[at] : 0;
  }
  let digits = at - first;
  let scale = 0;
  if (byte === mark && at < end) {
    const behind = at + 1;
    byte = ++at < end ? bytes[at] : 0;
    while (byte >= ZERO && byte <= NINE) {
      mantissa = 10 * mantissa + (byte - ZERO);
      byte = ++at < end ? bytes[at] : 0;
    }
    digits += at - behind;
    scale = behind - at;
  }
  if (digits === 0) return false;
  if (byte === LOWER_E || byte === UPPER_E) {
    byte = ++at < end ? bytes[at] : 0;
    const isSmall = byte === MINUS;
    if (isSmall || byte === PLUS) byte = ++at < end ? bytes[at] : 0;
    const behind = at;
    let exponent = 0;
    while (byte >= ZERO && byte <= NINE) {
      exponent = Math.min(10 * exponent + (byte - ZERO), 1e6);
      byte = ++at < end ? bytes[at] : 0;
    }
    if (at === behind) return false;
    scale += isSmall ? -exponent : exponent;
  }
  if (at - start > LONGEST) return false;
  scanned.end = at;
  // One rounding, of exact operands, is the right one.
  if (mantissa < EXACT && scale >= -22 && scale <= 22) {
    const size = scale < 0 ? mantissa / POWERS[-scale] : mantissa * POWERS[scale];
    scanned.value = isNegative ? -size : size;
    return true;
  }
  const size = scale <= 0 && scale >= -22 ? quotient(bytes, start, at, scale) : NaN;
  scanned.value = Number.isNaN(size) ? Number(latin1(bytes, start, at).replace(',', '.')) : isNegative ? -size : size;
  return true;
}

/** How many digits {@link quotient} takes in the first and in the second part of a number. */
const HEAD_DIGITS = 15;
const TAIL_DIGITS = 7;
/** Far above the relative error of the second part of a quotient, 2⁻⁵⁰. */
const DOUBT = 2 ** -40;
/** Splits a float64 into halves whose products are exact. */
const SPLITTER = 2 ** 27 + 1;

/**
 * The size of a number of up to 22 digits over a power of ten, correctly rounded: worked out in two float64, of which the second has the rest of the
 * first. NaN if its digits are more, or those two do not decide the rounding.
 *
 * Source: Dekker, "A floating-point technique for extending the available precision", 1971.
 */
function quotient(bytes: Uint8Array, start: number, end: number, scale: number): number {
  let [head, tail] = [0, 0];
  let [headDigits, tailDigits] = [0, 0];
  for (let at = start; at < end; at++) {
    const digit = bytes[at] - ZERO;
    if (digit < 0 || digit > 9) {
      // What follows the exponent's letter is part of the scale.
      if (digit > 9) break;
      continue;
    }
    if (headDigits < HEAD_DIGITS) {
      head = 10 * head + digit;
      if (head > 0) headDigits++;
    } else {
      tail = 10 * tail + digit;
      tailDigits++;
    }
  }
  if (tailDigits > TAIL_DIGITS) return NaN;
  // The whole number is high + low, exactly.
  const power = POWERS[tailDigits];
  const product = head * power;
  const high = product + tail;
  const low = tail - (high - product) + productError(head, power, product);
  const divisor = POWERS[-scale];
  const first = high / divisor;
  const back = first * divisor;
  const second = (high - back - productError(first, divisor, back) + low) / divisor;
  const result = first + second;
  return first + second * (1 + DOUBT) === result && first + second * (1 - DOUBT) === result ? result : NaN;
}

/** What a product loses by rounding, exactly. */
function productError(a: number, b: number, product: number): number {
  const aHigh = a * SPLITTER - (a * SPLITTER - a);
  const bHigh = b * SPLITTER - (b * SPLITTER - b);
  const [aLow, bLow] = [a - aHigh, b - bHigh];
  return aLow * bLow - (product - aHigh * bHigh - aLow * bHigh - aHigh * bLow);
}

function latin1(bytes: Uint8Array, start: number, end: number): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset + start, end - start).toString('latin1');
}

/** The number that a whole text is, or undefined. */
export function parseNumber(text: string, style: NumberStyle): number | undefined {
  const bytes = encoder.encode(text);
  return scanNumber(bytes, 0, bytes.length, style) && scanned.end === bytes.length ? scanned.value : undefined;
}

const encoder = new TextEncoder();

const MISSING = new Set(['', 'nan', 'inf', 'infinity', 'na', 'n/a', '<na>', 'null', 'none', '?', '-', '.']);

/** Whether a field says, as programs write it, that there is no finite number. */
export function isMissing(field: string): boolean {
  return field.length <= 9 && MISSING.has(field.replace(/^[+-](?=[in])/i, '').toLowerCase());
}

/** Whether a field says that a number is infinite: there is none that could stand for it, but it is not unknown either. */
export function isInfinite(field: string): boolean {
  return /^[+-]?inf(inity)?$/i.test(field);
}

/** Whether a field is a truth value. */
export function isTruth(field: string): boolean {
  return /^(true|false)$/i.test(field);
}

/** Whether a field is a number with signs that are no part of it: of thousands, of a currency, of percent. */
export function isDecorated(field: string): boolean {
  return (
    field.length <= 40 && /^[-+(]?\p{Sc}? ?\d{1,3}([,.' \u00a0\u202f]?\d{3})*([.,]\d+)? ?[\p{Sc}%‰)]?$/u.test(field)
  );
}
