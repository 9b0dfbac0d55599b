const QUOTE = 0x22;
const LINE_FEED = 0x0a;
const RETURN = 0x0d;
const SPACE = 0x20;
const TAB = 0x09;

/** What separates fields: a byte, or runs of blanks. */
export type Delimiter = ',' | ';' | '\t' | '|' | ' ' | (string & {});

/** A line of a CSV file, or several lines where quoted fields hold them. */
export interface CsvRecord {
  /** Without quotes, and without blanks around. */
  fields: string[];
  /** Where the next record starts. */
  next: number;
  /** How many lines it takes. */
  lines: number;
  /** What is wrong with its quotes. */
  problem?: string;
}

const decoder = new TextDecoder('utf-8', { ignoreBOM: true });

/** Text of a field. Most are a few ASCII characters, for which a decoder takes too long to start. */
function textOf(bytes: Uint8Array, from: number, to: number): string {
  if (to - from <= 32) {
    let text = '';
    let at = from;
    for (; at < to && bytes[at] < 0x80; at++) text += String.fromCharCode(bytes[at]);
    if (at === to) return text;
  }
  return decoder.decode(bytes.subarray(from, to));
}

const isBlank = (byte: number) => byte === SPACE || byte === TAB;

/**
 * Takes a record apart, in time linear in its length.
 *
 * @param isLast whether the file ends at `end`
 * @returns null if the record does not end before `end`
 */
export function splitRecord(
  bytes: Uint8Array,
  start: number,
  end: number,
  delimiter: Delimiter,
  isLast: boolean,
): CsvRecord | null {
  const runs = delimiter === ' ';
  const separator = delimiter.charCodeAt(0);
  const isSeparator = (byte: number) => (runs ? isBlank(byte) : byte === separator);
  const skipped = (byte: number) => isBlank(byte) && byte !== separator;
  const fields: string[] = [];
  let lines = 0;
  let problem: string | undefined;
  let at = start;
  if (runs) while (at < end && isBlank(bytes[at])) at++;
  for (;;) {
    while (at < end && skipped(bytes[at])) at++;
    let text: string;
    if (at < end && bytes[at] === QUOTE) {
      let from = at + 1;
      text = '';
      for (at = from; ; at++) {
        if (at >= end) {
          if (!isLast) return null;
          problem ??= 'a quoted field does not end';
          text += textOf(bytes, from, end);
          break;
        }
        if (bytes[at] === LINE_FEED) lines++;
        if (bytes[at] !== QUOTE) continue;
        if (at + 1 >= end && !isLast) return null;
        text += textOf(bytes, from, at);
        if (bytes[at + 1] !== QUOTE || at + 1 >= end) {
          at++;
          break;
        }
        text += '"';
        from = at + 2;
        at++;
      }
      text = text.trim();
      while (at < end && skipped(bytes[at])) at++;
      const rest = at;
      while (at < end && !isSeparator(bytes[at]) && bytes[at] !== LINE_FEED && bytes[at] !== RETURN) at++;
      if (at > rest) problem ??= 'a quoted field goes on behind its quotes';
    } else {
      const from = at;
      while (at < end && !isSeparator(bytes[at]) && bytes[at] !== LINE_FEED && bytes[at] !== RETURN) at++;
      let to = at;
      while (to > from && isBlank(bytes[to - 1])) to--;
      text = textOf(bytes, from, to);
    }
    fields.push(text);
    if (at >= end) return isLast ? { fields, next: end, lines: lines + 1, problem } : null;
    if (bytes[at] === LINE_FEED)
      return { fields: withoutRunsEnd(fields, runs), next: at + 1, lines: lines + 1, problem };
    if (bytes[at] === RETURN) {
      if (at + 1 >= end && !isLast) return null;
      const next = at + (bytes[at + 1] === LINE_FEED && at + 1 < end ? 2 : 1);
      return { fields: withoutRunsEnd(fields, runs), next, lines: lines + 1, problem };
    }
    at++;
    if (runs) while (at < end && isBlank(bytes[at])) at++;
  }
}

/** Blanks at the end of a line separate nothing. */
function withoutRunsEnd(fields: string[], runs: boolean): string[] {
  return runs && fields.length > 1 && fields.at(-1) === '' ? fields.slice(0, -1) : fields;
}

/** Whether there is nothing in a record: blank lines are no rows. */
export function isEmptyRecord({ fields }: CsvRecord): boolean {
  return fields.length === 1 && fields[0] === '';
}
