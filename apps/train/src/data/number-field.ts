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
/** The digits that float64 holds exactly, whichever they are. */
const EXACT_DIGITS = 15;

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
  let byte = bytes[at];
  const isNegative = byte === MINUS;
  if (isNegative || byte === PLUS) byte = bytes[++at];
  let mantissa = 0;
  let digits = 0;
  let significant = 0;
  let scale = 0;
  for (; at < end && byte >= ZERO && byte <= NINE; byte = bytes[++at]) {
    mantissa = 10 * mantissa + (byte - ZERO);
    digits++;
    if (mantissa > 0) significant++;
  }
  if (at < end && byte === mark) {
    byte = bytes[++at];
    for (; at < end && byte >= ZERO && byte <= NINE; byte = bytes[++at]) {
      mantissa = 10 * mantissa + (byte - ZERO);
      digits++;
      scale--;
      if (mantissa > 0) significant++;
    }
  }
  if (digits === 0) return false;
  if (at < end && (byte === LOWER_E || byte === UPPER_E)) {
    let sign = 1;
    byte = bytes[++at];
    if (at < end && (byte === PLUS || byte === MINUS)) {
      if (byte === MINUS) sign = -1;
      byte = bytes[++at];
    }
    const first = at;
    let exponent = 0;
    for (; at < end && byte >= ZERO && byte <= NINE; byte = bytes[++at]) exponent = Math.min(10 * exponent + (byte - ZERO), 1e6);
    if (at === first) return false;
    scale += sign * exponent;
  }
  if (at - start > LONGEST) return false;
  scanned.end = at;
  // One rounding, of exact operands, is the right one; whatever needs more is left to the engine.
  if (significant <= EXACT_DIGITS && scale >= -22 && scale <= 22) {
    const size = scale < 0 ? mantissa / POWERS[-scale] : mantissa * POWERS[scale];
    scanned.value = isNegative ? -size : size;
  } else {
    scanned.value = Number(latin1(bytes, start, at).replace(',', '.'));
  }
  return true;
}

function latin1(bytes: Uint8Array, start: number, end: number): string {
  let text = '';
  for (let at = start; at < end; at++) text += String.fromCharCode(bytes[at]);
  return text;
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
