import { randomInt } from 'node:crypto';
import { key } from '@pushforward/tensor';
import { unknownCategoryWarnings } from '../columns/kinds/categories.js';
import { categoriesOf, describeKind } from '../columns/kinds/declared-kind.js';
import { repeated } from '../density/contexts.js';
import { OutsideCounter, tableColumns } from '../model/given-columns.js';
import { CHUNK, sampleRows } from '../density/model.js';
import { joinParts } from '../columns/roles.js';
import { scoreRows } from '../density/score-rows.js';
import type { FlowModel } from '../model/models.js';
import { type Matrix, takeColumns } from '../statistics/statistics.js';
import type { ScoreRequest } from './request-rows.js';
import type { SampleRequest } from './sample-request.js';
import { ScoreBatches } from './score-batches.js';
import { WorkQueue } from './work-queue.js';

/** Log-densities, in nats. */
export interface Scored {
  readonly values: Float64Array;
  readonly warnings: readonly string[];
}

/** Rows that were drawn, of all columns of the table, and the seed that they came from. */
export interface Drawn {
  readonly rows: Matrix;
  readonly seed: number;
  readonly warnings: readonly string[];
}

/** What a server does with a model of rows: one thing after another, however many ask at once. */
export class FlowService {
  readonly #queue = new WorkQueue();
  readonly #batches: ScoreBatches;

  constructor(readonly model: FlowModel) {
    this.#batches = new ScoreBatches(
      this.#queue,
      (rows, signal) => scoreRows({ signal }, model, rows, { seed: 0 }),
      CHUNK,
    );
  }

  /** Draws a row and scores it, so that the first request finds everything compiled, and a broken model is found out before. */
  async warmUp(): Promise<void> {
    const given = this.model.notes.given?.map(({ low }) => low ?? 0);
    const contexts = given && { values: Float64Array.from(given), rows: 1, columns: given.length };
    const { signal } = new AbortController();
    const { rows } = await this.sample({ count: 1, seed: 0, given: contexts }, signal);
    await this.score({ rows, seed: 0 }, signal);
  }

  /** @throws the signal's reason if that is aborted before or meanwhile */
  async score({ rows, seed }: ScoreRequest, signal: AbortSignal): Promise<Scored> {
    const { notes } = this.model;
    const outside = new OutsideCounter(notes.given ?? []);
    const { names, kinds, roles } = tableColumns(notes);
    outside.add(takeColumns(rows, roles.given));
    // Where noise has to be added, a row's depends on its place among those that it came with.
    const values = notes.grid
      ? await this.#queue.run(() => scoreRows({ signal }, this.model, rows, { seed }), signal)
      : await this.#batches.add(rows, signal);
    return { values, warnings: [...unknownCategoryWarnings(rows, names, kinds), ...outside.warnings()] };
  }

  /** @throws the signal's reason if that is aborted before or meanwhile */
  async sample({ count, seed = randomInt(2 ** 31), given }: SampleRequest, signal: AbortSignal): Promise<Drawn> {
    const outside = new OutsideCounter(this.model.notes.given ?? []);
    if (given) outside.add(given);
    const rows = await this.#queue.run(() => this.#draw(count, seed, given, signal), signal);
    return { rows, seed, warnings: outside.warnings() };
  }

  async #draw(count: number, seed: number, given: Matrix | undefined, signal: AbortSignal): Promise<Matrix> {
    const { module, notes } = this.model;
    if (!given) return sampleRows({ signal }, module, { start: 0, rows: count }, key(seed), notes);
    const columns = module.eventShape[0];
    const contexts = {
      values: new Float64Array(count * given.values.length),
      rows: count * given.rows,
      columns: given.columns,
    };
    const x = { values: new Float64Array(contexts.rows * columns), rows: contexts.rows, columns };
    let start = 0;
    for await (const piece of repeated(alone(given), count, CHUNK)) {
      const drawn = await sampleRows({ signal }, module, { start, rows: piece.rows, given: piece }, key(seed), notes);
      x.values.set(drawn.values, start * columns);
      contexts.values.set(piece.values, start * given.columns);
      start += piece.rows;
    }
    return joinParts({ x, given: contexts }, tableColumns(notes).roles);
  }

  /** What the model is, for whoever is to use it. */
  describe() {
    const { notes } = this.model;
    const { names, kinds, roles } = tableColumns(notes);
    return {
      columns: names.map((name, i) => {
        const kind = kinds[i];
        const categories = categoriesOf(kind);
        const given = notes.given?.find(({ place }) => place === i);
        return {
          name,
          role: roles.given.includes(i) ? 'given' : 'learned',
          ...(kind ? { values: describeKind(kind) } : {}),
          ...(categories ? { categories } : {}),
          ...(given && !categories ? { trainedFrom: given.low, trainedTo: given.high } : {}),
        };
      }),
      units: 'rows are in the units of the table that the model was trained on, log-densities in nats for these units',
      trainedOn: notes.trainedOn,
      rows: notes.rows,
      testLogLikelihood: notes.testLogLikelihood,
    };
  }
}

async function* alone(matrix: Matrix): AsyncGenerator<Matrix> {
  yield matrix;
}
