import { isUtf8 } from 'node:buffer';
import { UserError } from '../../terminal/errors.js';
import { excerpt } from '../../terminal/printable.js';
import { CategoryCodes, isMissingCategory } from '../category-codes.js';
import { chooseColumns, columnOption, kindOption } from '../choose-columns.js';
import { delimiterName, type Dialect, findDialect } from './csv-dialect.js';
import { type CsvRecord, isEmptyRecord, splitRecord } from './csv-record.js';
import { indexNotice, nameNotices, tinyNotice, truthNotice } from '../notices.js';
import { isDecorated, isInfinite, isMissing, isTruth, parseNumber, scanned, scanNumber } from './number-field.js';
import { canBeCategories, type ReadOptions } from '../read-options.js';
import { LARGEST, SMALLEST } from '../single-precision.js';
import { type Block, blockLength } from '../table.js';

const LINE_FEED = 0x0a;
const RETURN = 0x0d;
const SPACE = 0x20;
const TAB = 0x09;
const QUOTE = 0x22;
const HASH = 0x23;

/** How much of a file decides how it is written. */
const SAMPLE_BYTES = 1 << 16;
/** A longer record is no row of a table, but a quote left open or another kind of file. */
const LONGEST_RECORD = 1 << 23;

/**
 * Parses a CSV file of numbers as its bytes come in, in time linear in them and with memory for one block.
 *
 * Records of plain numbers are read byte by byte; what is quoted, missing or wrong goes through {@link splitRecord}.
 */
export class CsvParser {
  readonly notices: string[] = [];
  names: string[] = [];
  given: readonly number[] = [];
  /** Of each column read, the codes of its categories; null for numbers. */
  categories: (CategoryCodes | null)[] = [];
  hasHeader = false;
  /** In how many of the rows that were left out, or of those that were kept with NaN, each column read has no value. */
  missing: number[] = [];
  readonly #source: string;
  readonly #options: ReadOptions;
  readonly #style: { decimal: '.' | ',' };
  #dialect: Dialect | undefined;
  /** Of each field of a record, where its number goes in a row; −1 if it is not read. */
  #places: Int32Array = new Int32Array(0);
  /** The names of all columns. */
  #all: string[] = [];
  /** The columns read, in order. */
  #chosen: number[] = [];
  /** Bytes of a record that has not ended yet, or of a beginning that is too short to tell how the file is written. */
  #waiting: Uint8Array[] = [];
  #size = 0;
  /** How many bytes are worth another try: twice as many as the last time, so that a long record takes linear time. */
  #wanted = SAMPLE_BYTES;
  /** The number of the line that starts next, from 1. */
  #line = 1;
  #firstLine = 1;
  #rows = 0;
  #dropped = 0;
  #comments = 0;
  #tiny: number[] = [];
  #hasTruths: boolean[] = [];
  #block: Float64Array = new Float64Array(0);
  #filled = 0;
  #full: Block[] = [];

  constructor(source: string, options: ReadOptions = {}) {
    this.#source = source;
    this.#options = options;
    this.#style = { decimal: options.decimal ?? '.' };
  }

  /** The columns that are read, once their names are known: after the first block, or the end. */
  get columns(): number {
    return this.#chosen.length;
  }

  /** Whether it is known how the file is written. */
  get isOpen(): boolean {
    return this.#dialect !== undefined;
  }

  /** Takes the next bytes, of UTF-8. */
  push(bytes: Uint8Array): void {
    this.#waiting.push(bytes);
    this.#size += bytes.length;
    if (this.#size >= this.#wanted) this.#parse(this.#joined(), false);
  }

  /** Says that there are no more. */
  end(): void {
    this.#parse(this.#joined(), true);
    if (this.#rows === 0) {
      const what =
        this.#dropped > 0 ? 'every row has a missing value' : this.hasHeader ? 'no rows below the header' : 'no rows';
      throw new UserError(`${this.#source}: ${what}`);
    }
    if (this.#filled > 0) this.#closeBlock();
    if (this.#dropped > 0)
      this.notices.push(`${this.#dropped} of ${this.#dropped + this.#rows} rows have missing values and are left out`);
    for (const [i, has] of this.#hasTruths.entries()) if (has) this.notices.push(truthNotice(this.names[i]));
    for (const [i, count] of this.#tiny.entries()) {
      if (count > 0) this.notices.push(tinyNotice(this.names[i], count));
    }
    for (const codes of this.categories) if (codes) this.notices.push(...codes.notices());
  }

  /** The blocks that are complete. */
  take(): Block[] {
    return this.#full.splice(0);
  }

  #joined(): Uint8Array {
    const bytes = this.#waiting.length === 1 ? this.#waiting[0] : Buffer.concat(this.#waiting);
    this.#waiting = [];
    this.#size = 0;
    return bytes;
  }

  #keep(rest: Uint8Array): void {
    if (rest.length > LONGEST_RECORD) {
      throw new UserError(
        `${this.#source}:${this.#line}: a line is longer than 8 MiB: it is no row of a table, or a quote is left open`,
      );
    }
    this.#waiting = [rest];
    this.#size = rest.length;
    this.#wanted = this.#dialect ? 2 * rest.length : Math.max(SAMPLE_BYTES, 2 * rest.length);
  }

  #parse(bytes: Uint8Array, isLast: boolean): void {
    this.#checkEncoding(bytes, isLast);
    let start = this.#dialect ? 0 : this.#open(bytes, isLast);
    const end = bytes.length;
    const isPlain = this.categories.every((codes) => codes === null);
    while (this.#dialect && start < end) {
      const next = isPlain ? this.#readPlain(bytes, start, end) : 0;
      if (next > 0) {
        start = next;
        continue;
      }
      const record = splitRecord(bytes, start, end, this.#dialect.delimiter, isLast);
      if (!record) break;
      this.#readRecord(record);
      start = record.next;
    }
    this.#keep(bytes.slice(start));
  }

  /** Where invalid bytes would otherwise turn into other characters, or other numbers. */
  #checkEncoding(bytes: Uint8Array, isLast: boolean): void {
    if (isUtf8(bytes)) return;
    // A character may go on in the bytes to come.
    if (!isLast)
      for (let cut = 1; cut <= 3; cut++)
        if (isUtf8(bytes.subarray(0, bytes.length - cut)) && bytes[bytes.length - cut] >= 0xc2) return;
    let [low, high] = [0, bytes.length];
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if ([0, 1, 2, 3].some((cut) => isUtf8(bytes.subarray(0, Math.max(0, middle - cut))))) low = middle;
      else high = middle - 1;
    }
    let line = this.#line;
    for (let at = 0; at < low; at++) if (bytes[at] === LINE_FEED) line++;
    throw new UserError(
      `${this.#source}:${line}: is not valid UTF-8; --encoding names another encoding, such as windows-1252`,
    );
  }

  /** Finds out how the file is written; returns where its rows start. */
  #open(bytes: Uint8Array, isLast: boolean): number {
    let start = this.#skipComments(bytes, isLast);
    if (bytes.length - start < SAMPLE_BYTES && !isLast) return start;
    const told = this.#line === 1 ? toldDelimiter(bytes.subarray(start)) : undefined;
    if (told) {
      this.#line++;
      start += told.length;
    }
    const dialect = findDialect(bytes.subarray(start), isLast, {
      ...this.#options,
      delimiter: this.#options.delimiter ?? told?.delimiter,
    });
    if (!dialect) return start;
    if (this.#comments > 0)
      this.notices.push(`lines at the beginning that start with # are left out: ${this.#comments}`);
    this.#dialect = dialect;
    this.notices.push(...dialect.notices);
    this.hasHeader = dialect.hasHeader;
    const all = dialect.first.map((field, i) => (dialect.hasHeader && field !== '' ? field : `x${i + 1}`));
    if (dialect.hasHeader)
      this.notices.push(...nameNotices(all), ...indexNotice(dialect, all, bytes.subarray(start), isLast, this.#style));
    this.#all = all;
    const { chosen, given, notices } = chooseColumns(
      this.#source,
      all,
      dialect.hasHeader ? this.#options : { ...this.#options, wanted: undefined },
    );
    this.#chosen = chosen;
    this.given = given;
    this.notices.push(...notices);
    this.names = this.#chosen.map((i) => all[i]);
    this.categories = this.names.map((name, place) => {
      // A file without a header has the columns of the model in their order.
      const known = dialect.hasHeader ? name : (this.#options.wanted?.[place] ?? name);
      const own = Object.entries(this.#options.categorical ?? {}).find(([column]) => column === known);
      return own ? new CategoryCodes(known, own[1]) : null;
    });
    this.#places = new Int32Array(dialect.width).fill(-1);
    for (const [place, column] of this.#chosen.entries()) this.#places[column] = place;
    this.#tiny = this.#chosen.map(() => 0);
    this.missing = this.#chosen.map(() => 0);
    this.#hasTruths = this.#chosen.map(() => false);
    this.#block = this.#newBlock();
    this.#firstLine = this.#line;
    if (dialect.hasHeader) {
      const record = splitRecord(bytes, start, bytes.length, dialect.delimiter, isLast)!;
      if (record.problem) throw new UserError(`${this.#source}:${this.#line}: ${record.problem}`);
      this.#line += record.lines;
      start = record.next;
    }
    return start;
  }

  /** Returns where the first line starts that is neither blank nor a comment. */
  #skipComments(bytes: Uint8Array, isLast: boolean): number {
    let start = 0;
    for (;;) {
      let at = start;
      while (at < bytes.length && (bytes[at] === SPACE || bytes[at] === TAB || bytes[at] === RETURN)) at++;
      if (bytes[at] === HASH) {
        while (at < bytes.length && bytes[at] !== LINE_FEED && bytes[at] !== RETURN) at++;
        // In the bytes to come a line feed may follow.
        if (!isLast && at + 1 >= bytes.length) return start;
        this.#comments++;
        if (bytes[at] === RETURN && bytes[at + 1] === LINE_FEED) at++;
        if (at === bytes.length) return at;
        this.#line++;
        start = at + 1;
        continue;
      }
      if (bytes[at] !== LINE_FEED) return at === bytes.length && isLast ? at : start;
      this.#line++;
      start = at + 1;
    }
  }

  #newBlock(): Float64Array {
    return new Float64Array(blockLength(this.#chosen.length));
  }

  #closeBlock(): void {
    this.#full.push({ values: this.#block.subarray(0, this.#filled), rows: this.#filled / this.#chosen.length });
    this.#block = this.#newBlock();
    this.#filled = 0;
  }

  #closeRow(): void {
    this.#rows++;
    this.#filled += this.#chosen.length;
    if (this.#filled === this.#block.length) this.#closeBlock();
  }

  /** Reads a record of plain numbers; returns where the next one starts, or 0 if this one is anything else, or goes on beyond `end`. */
  #readPlain(bytes: Uint8Array, start: number, end: number): number {
    const { delimiter, width, hasTrailing } = this.#dialect!;
    const runs = delimiter === ' ';
    // Runs of blanks are skipped as blanks are.
    const separator = runs ? 0 : delimiter.charCodeAt(0);
    const [block, row, places] = [this.#block, this.#filled, this.#places];
    const last = width - 1;
    let at = start;
    for (let field = 0; field < width; field++) {
      at = skipBlanks(bytes, at, end, separator);
      const place = places[field];
      if (place < 0) {
        at = skipText(bytes, at, end, runs ? SPACE : separator);
        if (at < 0) return 0;
      } else {
        if (!scanNumber(bytes, at, end, this.#style)) return 0;
        const { value } = scanned;
        const size = Math.abs(value);
        if (!(size <= LARGEST)) return 0;
        if (size < SMALLEST && value !== 0) return 0;
        block[row + place] = value;
        at = scanned.end;
      }
      const blank = at;
      at = skipBlanks(bytes, at, end, separator);
      if (field === last) break;
      if (runs) {
        if (at === blank) return 0;
      } else if (at < end && bytes[at] === separator) at++;
      else return 0;
    }
    if (hasTrailing && !runs) {
      if (at >= end || bytes[at] !== separator) return 0;
      at++;
    }
    if (at >= end) return 0;
    if (bytes[at] === RETURN) {
      if (at + 1 >= end || bytes[at + 1] !== LINE_FEED) return 0;
      at++;
    } else if (bytes[at] !== LINE_FEED) return 0;
    this.#line++;
    this.#closeRow();
    return at + 1;
  }

  #readRecord(record: CsvRecord): void {
    const { fields, lines, problem } = record;
    const { width, hasTrailing, delimiter } = this.#dialect!;
    const [source, line] = [this.#source, this.#line];
    this.#line += lines;
    if (isEmptyRecord(record) && width > 0 && (width > 1 || !problem)) return;
    if (problem) throw new UserError(`${source}:${line}: ${problem}`);
    const count = fields.length - (hasTrailing && fields.at(-1) === '' ? 1 : 0);
    if (count !== width) {
      throw new UserError(
        `${source}:${line}: expected ${width} field${width === 1 ? '' : 's'} as in line ${this.#firstLine}, got ${count}; they are separated by ${delimiterName(delimiter)}, and --delimiter chooses something else`,
      );
    }
    const hasValue = (column: number, place: number) =>
      !(this.categories[place] ? isMissingCategory : isMissing)(fields[column]);
    if (this.#options.missing === 'drop' && !this.#chosen.every(hasValue)) {
      this.#dropped++;
      for (const [place, column] of this.#chosen.entries()) if (!hasValue(column, place)) this.missing[place]++;
      return;
    }
    for (const [place, column] of this.#chosen.entries()) {
      const at = `${source}:${line}:${column + 1}`;
      const codes = this.categories[place];
      const isUnknown = !hasValue(column, place) && (codes !== null || !isInfinite(fields[column]));
      if (isUnknown && this.#options.missing === 'keep') {
        this.#block[this.#filled + place] = NaN;
        this.missing[place]++;
        continue;
      }
      if (codes && !hasValue(column, place)) throw this.#missingValue(fields[column], at, place);
      this.#block[this.#filled + place] =
        codes?.codeOf(fields[column], () => at) ?? this.#number(fields[column], at, place);
    }
    this.#closeRow();
  }

  /** The error of a field without a value. */
  #missingValue(field: string, at: string, place: number): UserError {
    const name = `column "${excerpt(this.names[place], 40)}"`;
    const other = this.categories[place] ? 'says that there is none' : 'is not a finite number';
    const what = field === '' ? `no value in ${name}` : `${excerpt(field)} in ${name} ${other}`;
    const isLearned = canBeCategories(this.#options) && this.#options.missing !== 'keep' && !isInfinite(field);
    return new UserError(
      `${at}: ${what}; --missing drop leaves such rows out${isLearned ? ', and --flow any-order learns from them' : ''}`,
    );
  }

  /** @throws UserError if a field is not a finite number that single precision can hold: the model computes in it */
  #number(field: string, at: string, place: number): number {
    const value = parseNumber(field, this.#style);
    const name = `column "${excerpt(this.names[place], 40)}"`;
    if (value !== undefined) {
      const size = Math.abs(value);
      if (!(size <= LARGEST))
        throw new UserError(`${at}: ${excerpt(field, 40)} in ${name} is too large for single precision`);
      if (size < SMALLEST && value !== 0) this.#tiny[place]++;
      return value;
    }
    if (isMissing(field)) throw this.#missingValue(field, at, place);
    if (isTruth(field)) {
      this.#hasTruths[place] = true;
      return field.length === 4 ? 1 : 0;
    }
    const other = this.#style.decimal === '.' ? ',' : '.';
    const drop = `--drop ${columnOption(this.#all, this.#chosen[place])} leaves the column out${canBeCategories(this.#options) ? `, --kind ${kindOption(this.names[place])} takes it for categories` : ''}`;
    const decorated = isDecorated(field)
      ? `numbers stand without signs of thousands, currencies or percent; ${drop}`
      : drop;
    const hint = parseNumber(field, { decimal: other }) === undefined ? decorated : `--decimal ${other} reads it`;
    throw new UserError(`${at}: "${excerpt(field, 40)}" in ${name} is not a number; ${hint}`);
  }
}

/** What a first line like `sep=;` says, as Excel reads and others write it, and how many bytes it takes. */
function toldDelimiter(bytes: Uint8Array): { delimiter: string; length: number } | undefined {
  const start = Buffer.from(bytes.subarray(0, 16)).toString('latin1');
  const found = /^("?)sep=([^"\r\n\w.+-])\1(\r\n|\r|\n)/i.exec(start);
  return found ? { delimiter: found[2], length: found[0].length } : undefined;
}

/** Returns where blanks end that separate nothing. */
function skipBlanks(bytes: Uint8Array, start: number, end: number, separator: number): number {
  let at = start;
  while (at < end && (bytes[at] === SPACE || bytes[at] === TAB) && bytes[at] !== separator) at++;
  return at;
}

/** Returns where a field ends that is not read, or −1 if it has quotes. */
function skipText(bytes: Uint8Array, start: number, end: number, separator: number): number {
  let at = start;
  for (; at < end; at++) {
    const byte = bytes[at];
    if (byte === separator || byte === LINE_FEED || byte === RETURN || (separator === SPACE && byte === TAB)) break;
    if (byte === QUOTE) return -1;
  }
  return at;
}
