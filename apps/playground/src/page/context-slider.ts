import type { ContextColumn } from '../model/prepare-rows.js';
import { byId } from './elements.js';

/** The slider of what a density is conditional on; hidden where that is nothing. */
export class ContextSlider {
  readonly #slider = byId<HTMLInputElement>('context');
  #columns: readonly ContextColumn[] = [];

  constructor(onChange: () => void) {
    this.#slider.addEventListener('input', () => {
      this.#label();
      onChange();
    });
  }

  show(columns: readonly ContextColumn[]): void {
    this.#columns = columns;
    byId('context-row').hidden = columns.length === 0;
    if (columns.length === 0) return;
    const [{ name, from, to, loc }] = columns;
    byId('context-name').textContent = `Given ${name}`;
    Object.assign(this.#slider, {
      min: String(from),
      max: String(to),
      step: String((to - from) / 200 || 1),
      value: String(loc),
    });
    this.#label();
  }

  /** In the units of the columns. */
  get values(): number[] {
    return this.#columns.length === 0 ? [] : [Number(this.#slider.value)];
  }

  #label(): void {
    byId('context-value').textContent = Number(this.#slider.value).toPrecision(4);
  }
}
