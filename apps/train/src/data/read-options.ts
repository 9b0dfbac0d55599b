import { Command, InvalidArgumentError, Option } from 'commander';
import type { CategoricalColumn } from './category-codes.js';

/** How a file of numbers is to be read; what is left out is found out from the file. A type, so that it is JSON. */
export type ReadOptions = {
  /** What separates the fields; a blank stands for runs of blanks and tabs. */
  delimiter?: string;
  /** The decimal mark. Default: a point. */
  decimal?: '.' | ',';
  /** Whether the first line names the columns. */
  header?: boolean;
  /** The encoding of a file that has no byte-order mark. Default: UTF-8. */
  encoding?: string;
  /** The columns to read, by name or by number from 1, in this order. Default: all. */
  columns?: string[];
  /** The columns to read, by name, if all are there and `columns` names none. */
  wanted?: string[];
  /** The columns to leave out, likewise. */
  drop?: string[];
  /** The columns that are given, by name or by number: the others are learned as they are with these. */
  given?: string[];
  /** The columns of categories, by name; absent where none can be. */
  categorical?: { [column: string]: CategoricalColumn };
  /** What becomes of rows with missing values: they are left out, or kept with NaN in these places. Default: they are refused. */
  missing?: 'drop' | 'keep';
};

/** Whether a column may be said to hold categories: they are not decided yet. */
export function canBeCategories({ categorical }: ReadOptions): boolean {
  return categorical !== undefined && Object.values(categorical).every(({ others }) => others === 'added');
}

const NAMED: Readonly<Record<string, string>> = {
  tab: '\t',
  '\\t': '\t',
  blank: ' ',
  space: ' ',
  comma: ',',
  semicolon: ';',
  bar: '|',
};

function delimiter(text: string): string {
  const value = NAMED[text] ?? text;
  if (value.length !== 1 || value.charCodeAt(0) > 126 || /["\r\n\w.+-]/.test(value)) {
    throw new InvalidArgumentError('Expected one character between fields, or tab, blank, comma, semicolon, bar.');
  }
  return value;
}

function encoding(text: string): string {
  try {
    return new TextDecoder(text).encoding;
  } catch {
    throw new InvalidArgumentError('Expected the name of an encoding, such as windows-1252 or utf-16le.');
  }
}

/** Texts separated by commas; a comma within one is written twice. */
export function splitList(text: string): string[] {
  return text.split(/(?<!,),(?!,)/).map((part) => part.replaceAll(',,', ',').trim());
}

/** Names separated by commas. */
export function columnList(text: string): string[] {
  const names = splitList(text);
  if (names.includes('')) throw new InvalidArgumentError('Expected names or numbers of columns, separated by commas.');
  return names;
}

/** Adds to a command what says how its file of numbers is read. */
export function addReadOptions(command: Command): Command {
  return addFileOptions(
    command
      .addOption(
        new Option('--columns <list>', 'the columns to read, by name or number (default: all)').argParser(columnList),
      )
      .addOption(new Option('--drop <list>', 'columns to leave out, by name or number').argParser(columnList)),
  );
}

/** Adds to a command what says how its file is read whose columns are known. */
export function addFileOptions(command: Command): Command {
  return command
    .addOption(new Option('--missing <what>', 'what becomes of rows with missing values').choices(['drop']))
    .addOption(new Option('--header', 'the first line names the columns (default: found out)'))
    .addOption(new Option('--no-header', 'the first line holds numbers').default(undefined))
    .addOption(new Option('--delimiter <char>', 'what separates the fields (default: found out)').argParser(delimiter))
    .addOption(new Option('--decimal <mark>', 'the decimal mark').choices(['.', ',']))
    .addOption(
      new Option('--encoding <name>', 'the encoding, where no byte-order mark tells (default: UTF-8)').argParser(
        encoding,
      ),
    );
}

/** Those of a command's options that say how its file is read. */
export function readOptionsOf(options: ReadOptions): ReadOptions {
  const { columns, drop, missing, header, delimiter, decimal, encoding } = options;
  return Object.fromEntries(
    Object.entries({ columns, drop, missing, header, delimiter, decimal, encoding }).filter(
      ([, value]) => value !== undefined,
    ),
  );
}
