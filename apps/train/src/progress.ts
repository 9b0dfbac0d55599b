import type { Output } from './host.js';

/** What a progress bar shows besides how far it is. */
export interface ProgressState {
  /** Steps done. */
  done: number;
  total: number;
  /** The smoothed loss, in nats. */
  loss: number;
  /** Steps a second. */
  rate: number;
}

const BAR_WIDTH = 20;
const REDRAW_MS = 100;
const LINE_MS = 5000;

/** A bar that redraws itself on a terminal; anywhere else, a plain line every few seconds. */
export class ProgressBar {
  readonly #output: Output;
  readonly #title: string;
  #last = -Infinity;
  #smoothed = NaN;

  constructor(output: Output, title: string) {
    this.#output = output;
    this.#title = title;
  }

  /** Shows a step, unless the one shown before is too recent. */
  update(state: ProgressState): void {
    this.#smoothed = Number.isNaN(this.#smoothed) ? state.loss : 0.95 * this.#smoothed + 0.05 * state.loss;
    const now = performance.now();
    const finished = state.done >= state.total;
    if (!finished && now - this.#last < (this.#output.isTTY ? REDRAW_MS : LINE_MS)) return;
    this.#last = now;
    const text = progressText(this.#title, { ...state, loss: this.#smoothed }, this.#output.isTTY === true);
    if (this.#output.isTTY) this.#output.write(`\r\u001b[2K${text.slice(0, (this.#output.columns ?? 80) - 1)}`);
    else this.#output.write(`${text}\n`);
  }

  /** Leaves the last state of the bar standing and goes to the next line. */
  end(): void {
    if (this.#output.isTTY && this.#last > -Infinity) this.#output.write('\n');
  }
}

/** One line that says where a run stands. */
export function progressText(title: string, { done, total, loss, rate }: ProgressState, bar: boolean): string {
  const part = Math.min(done / total, 1);
  const filled = Math.round(part * BAR_WIDTH);
  const drawn = bar ? `${'█'.repeat(filled)}${'░'.repeat(BAR_WIDTH - filled)} ` : '';
  const left = rate > 0 ? formatDuration((total - done) / rate) : '?';
  return `${title} ${drawn}${Math.floor(part * 100).toString().padStart(3)} % · loss ${loss.toFixed(2)} · ${rate.toFixed(1)} steps/s · ${left} left`;
}

/** Seconds as `48 s` or `2 min 05 s`. */
export function formatDuration(seconds: number): string {
  const whole = Math.round(seconds);
  if (whole < 60) return `${whole} s`;
  const minutes = Math.floor(whole / 60);
  if (minutes < 60) return `${minutes} min ${String(whole % 60).padStart(2, '0')} s`;
  return `${Math.floor(minutes / 60)} h ${String(minutes % 60).padStart(2, '0')} min`;
}
