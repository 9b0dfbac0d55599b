import { UserError } from '../terminal/errors.js';
import { excerpt } from '../terminal/printable.js';

/** How a column of categories is read. A type, so that it is JSON. */
export type CategoricalColumn = {
  /** Its categories in the order of their codes, as far as they are known. */
  texts: string[];
  /** What becomes of another one: it is added to them, has a code beyond theirs, or is refused. */
  others: 'added' | 'counted' | 'refused';
};

/** More categories than these are names, or text. */
const MOST = 10_000;
/** So many of the categories that are not known are shown. */
const SHOWN = 3;
const MISSING = new Set(['', 'na', 'nan', 'n/a', '<na>', 'null']);

/** Whether a field of a column of categories says, as programs write it, that there is no value. */
export function isMissingCategory(field: string): boolean {
  return field.length <= 4 && MISSING.has(field.toLowerCase());
}

/** The categories of a column with their codes, whole numbers from 0. */
export class CategoryCodes {
  readonly #name: string;
  readonly #others: CategoricalColumn['others'];
  readonly #codes: Map<string, number>;
  readonly #strange = new Set<string>();
  #strangeRows = 0;

  /** @param name the column's */
  constructor(name: string, { texts, others }: CategoricalColumn) {
    this.#name = name;
    this.#others = others;
    this.#codes = new Map(texts.map((text, code) => [text, code]));
  }

  /** In the order of their codes. */
  get texts(): string[] {
    return [...this.#codes.keys()];
  }

  /**
   * The code of a category.
   *
   * @param at says where it stands
   * @throws UserError if it is refused, or one too many
   */
  codeOf(text: string, at: () => string): number {
    const known = this.#codes.get(text);
    if (known !== undefined) return known;
    const count = this.#codes.size;
    if (this.#others === 'refused')
      throw new UserError(
        `${at()}: "${excerpt(text, 40)}" in column "${excerpt(this.#name, 40)}" is not among the categories of the model: ${shownTexts(this.texts)}`,
      );
    if (this.#others === 'counted') {
      this.#strangeRows++;
      if (this.#strange.size <= SHOWN) this.#strange.add(text);
      return count;
    }
    if (count === MOST)
      throw new UserError(
        `${at()}: column "${excerpt(this.#name, 40)}" has more than ${MOST} categories: it is text, leave it out with --drop`,
      );
    this.#codes.set(text, count);
    return count;
  }

  /** What to tell of categories that are not known. */
  notices(): string[] {
    if (this.#strangeRows === 0) return [];
    return [
      `column "${excerpt(this.#name, 40)}" has categories that are not among those of the model in ${this.#strangeRows} rows, which have no density: ${shownTexts([...this.#strange], SHOWN)}`,
    ];
  }

  /** Puts categories that were added in order, so that they do not depend on that of the rows; returns the new code of each old one. */
  order(): Int32Array {
    const before = this.texts;
    const sorted = this.#others === 'added' ? before.toSorted() : before;
    this.#codes.clear();
    for (const [code, text] of sorted.entries()) this.#codes.set(text, code);
    return Int32Array.from(before, (text) => this.#codes.get(text)!);
  }
}

/** The first of some categories. */
export function shownTexts(texts: readonly string[], most = 10): string {
  const first = texts.slice(0, most).map((text) => `"${excerpt(text, 30)}"`);
  return `${first.join(', ')}${texts.length > most ? ', …' : ''}`;
}
