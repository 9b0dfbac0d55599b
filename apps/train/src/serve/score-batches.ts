import type { Matrix } from '../statistics/statistics.js';
import { untilAborted, type WorkQueue } from './work-queue.js';

interface Waiting {
  readonly rows: Matrix;
  readonly signal: AbortSignal;
  resolve(values: Float64Array): void;
  reject(error: unknown): void;
}

/**
 * Scores the rows of requests that wait at the same time in one pass: a pass of a few rows takes hardly longer than one of a single row.
 */
export class ScoreBatches {
  #waiting: Waiting[] = [];

  /**
   * @param score scores rows, whatever they are rows of
   * @param most how many rows of several requests go into a pass
   */
  constructor(
    private readonly queue: WorkQueue,
    private readonly score: (rows: Matrix, signal: AbortSignal) => Promise<Float64Array>,
    private readonly most: number,
  ) {}

  /** @throws the signal's reason if that is aborted before or meanwhile */
  add(rows: Matrix, signal: AbortSignal): Promise<Float64Array> {
    const result = new Promise<Float64Array>((resolve, reject) => {
      this.#waiting.push({ rows, signal, resolve, reject });
      if (this.#waiting.length === 1) this.#scheduleNext();
    });
    return untilAborted(result, signal);
  }

  #scheduleNext(): void {
    const never = new AbortController().signal;
    void this.queue.run(() => this.#scoreNext(), never);
  }

  async #scoreNext(): Promise<void> {
    const batch = this.#take();
    if (this.#waiting.length > 0) this.#scheduleNext();
    if (batch.length === 0) return;
    const [first] = batch;
    try {
      // A pass of several requests is short, and goes on if one of them has left.
      if (batch.length === 1) return first.resolve(await this.score(first.rows, first.signal));
      const values = await this.score(joined(batch.map(({ rows }) => rows)), new AbortController().signal);
      let start = 0;
      for (const { rows, resolve } of batch) resolve(values.slice(start, (start += rows.rows)));
    } catch (error) {
      for (const { reject } of batch) reject(error);
    }
  }

  /** The next ones whose clients still wait. */
  #take(): Waiting[] {
    this.#waiting = this.#waiting.filter(({ signal }) => !signal.aborted);
    let rows = 0;
    const end = this.#waiting.findIndex((next, i) => (rows += next.rows.rows) > this.most && i > 0);
    return this.#waiting.splice(0, end < 0 ? this.#waiting.length : end);
  }
}

function joined(matrices: readonly Matrix[]): Matrix {
  const [{ columns }] = matrices;
  const rows = matrices.reduce((sum, matrix) => sum + matrix.rows, 0);
  const values = new Float64Array(rows * columns);
  let start = 0;
  for (const matrix of matrices) {
    values.set(matrix.values, start);
    start += matrix.values.length;
  }
  return { values, rows, columns };
}
