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
  /** Whether it has gone on for long enough to tell from its rate when it will end. */
  isSettled: boolean;
}

const BAR_WIDTH = 20;
const REDRAW_MS = 100;
const LINE_MS = 5000;
/** The first steps compile and allocate: their rate says nothing of the others. */
const SETTLED_MS = 4000;

/** A bar that redraws itself on a terminal; anywhere else, a plain line every few seconds. */
export class ProgressBar {
  readonly #output: Output;
  readonly #title: string;
  readonly #started = performance.now();
  #last = -Infinity;
  #smoothed = NaN;

  constructor(output: Output, title: string) {
    this.#output = output;
    this.#title = title;
  }

  /** Shows a step, unless the one shown before is too recent. */
  update(state: Omit<ProgressState, 'isSettled'>): void {
    this.#smoothed = Number.isNaN(this.#smoothed) ? state.loss : 0.95 * this.#smoothed + 0.05 * state.loss;
    const now = performance.now();
    const finished = state.done >= state.total;
    if (!finished && now - this.#last < (this.#output.isTTY ? REDRAW_MS : LINE_MS)) return;
    this.#last = now;
    const text = progressText(
      this.#title,
      { ...state, loss: this.#smoothed, isSettled: now - this.#started >= SETTLED_MS },
      this.#output.isTTY === true,
    );
    if (this.#output.isTTY) this.#output.write(`\r\u001b[2K${text.slice(0, (this.#output.columns ?? 80) - 1)}`);
    else this.#output.write(`${text}\n`);
  }

  /** Leaves the last state of the bar standing and goes to the next line. */
  end(): void {
    if (this.#output.isTTY && this.#last > -Infinity) this.#output.write('\n');
  }
}

/** One line that says where a run stands. */
export function progressText(
  title: string,
  { done, total, loss, rate, isSettled }: ProgressState,
  bar: boolean,
): string {
  const part = Math.min(done / total, 1);
  const filled = Math.round(part * BAR_WIDTH);
  const drawn = bar ? `${'█'.repeat(filled)}${'░'.repeat(BAR_WIDTH - filled)} ` : '';
  const left = isSettled && rate > 0 && done < total ? ` · ${formatDuration((total - done) / rate)} left` : '';
  const size = Math.abs(loss) < 1e6 ? loss.toFixed(2) : loss.toExponential(2);
  return `${title} ${drawn}${Math.floor(part * 100)
    .toString()
    .padStart(3)} % · loss ${size} · ${rate.toFixed(1)} steps/s${left}`;
}

/** Seconds as `48 s` or `2 min 05 s`. */
export function formatDuration(seconds: number): string {
  const whole = Math.round(seconds);
  if (whole < 60) return `${whole} s`;
  const minutes = Math.floor(whole / 60);
  if (minutes < 60) return `${minutes} min ${String(whole % 60).padStart(2, '0')} s`;
  return `${Math.floor(minutes / 60)} h ${String(minutes % 60).padStart(2, '0')} min`;
}
