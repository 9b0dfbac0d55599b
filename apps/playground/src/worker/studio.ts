import { bijectorModules } from '@pushforward/bijectors';
import { distributionModules, type Transformed } from '@pushforward/distributions';
import { describeBackend } from '@pushforward/tensor';
import { unzipSync } from 'fflate';
import { packModule, unpackModule } from '@pushforward/io';
import { prepareRows } from '../model/prepare-rows.js';
import type { RunSpec } from '../model/recipe.js';
import { programOf } from '../program/program.js';
import { DAMAGED } from '../share/fragment.js';
import { namesOf, titleOf } from '../data/source.js';
import { Model } from './model.js';
import type { Event, SharedRun } from './protocol.js';
import { readShared, specOf } from './shared-run.js';
import { Snapshots } from './snapshots.js';
import { train } from './train.js';

const FINE = 144;

/** The one model at a time that a page works on. */
export class Studio {
  run = 0;
  #model: Model | undefined;
  #spec: RunSpec | undefined;
  #shared: SharedRun | undefined;
  /** The snapshot that is looked at; null for the latest weights. */
  #snapshot: number | null = null;
  #step = 0;
  #controller = new AbortController();
  /** Settles with the run that goes on. */
  #running: Promise<void> = Promise.resolve();
  /** Settles with the job that must not be disturbed. */
  #alone: Promise<unknown> = Promise.resolve();

  constructor(readonly post: (event: Event) => void) {}

  /** Ends what goes on, and trains another flow. */
  async train(run: number, spec: RunSpec): Promise<void> {
    await this.#replace(run, async (signal) => {
      const rows = await prepareRows(spec.source, spec.settings.seed);
      const model = (this.#model = await Model.fresh(rows, spec.settings));
      this.#spec = spec;
      const { box, contexts } = model;
      this.post({ type: 'begin', run, box, points: rows.train.x.slice(0, 4000), contexts });
      const start = performance.now();
      const show = (
        progress: { frame: { step: number } } & Omit<Extract<Event, { type: 'frame' }>, 'type' | 'run' | 'snapshots'>,
      ) => {
        this.#step = progress.frame.step;
        if (!signal.aborted || run === this.run)
          this.post({ type: 'frame', run, snapshots: model.snapshots.count, ...progress });
      };
      const steps = await train(model, rows, spec.settings, show, () => this.#alone, signal);
      this.#step = steps;
      const seconds = (performance.now() - start) / 1000;
      const heldOut = await model.heldOut(model.flow);
      this.post({ type: 'done', run, steps, seconds, heldOut, parameters: model.parameters });
    });
  }

  /** Ends the run where it stands. */
  stop(): void {
    this.#controller.abort();
  }

  /** Ends what goes on, and forgets the model. */
  async end(): Promise<void> {
    this.#controller.abort();
    await this.#running;
    this.#clear();
  }

  /** Shows a model that came by a link. */
  async open(run: number, bytes: Uint8Array): Promise<void> {
    await this.#replace(run, async () => {
      const { module, metadata } = unpack(bytes);
      try {
        const shared = readShared(module, metadata);
        const { box, contexts, settings, step } = shared;
        this.#model = new Model(module, box, contexts, new Snapshots(module, settings.steps), undefined);
        this.#shared = shared;
        this.#step = step;
        this.post({ type: 'begin', run, box, points: new Float32Array(), contexts, shared });
        await this.#showView();
      } catch (error) {
        this.#model = undefined;
        module.dispose();
        throw error;
      }
    });
  }

  /** Looks at a snapshot, under a context in the units of its columns. */
  async view(snapshot: number | null, context: readonly number[]): Promise<void> {
    this.#snapshot = snapshot;
    this.#model?.lookAt(context);
    await this.#showView();
  }

  /** The model that is looked at, as bytes. */
  async pack(as: 'archive' | 'safetensors'): Promise<Uint8Array> {
    const model = this.#demand();
    const metadata = this.#describe(model);
    const bytes = await packModule(model.at(this.#snapshot), { metadata: metadata as never });
    if (as === 'archive') return bytes;
    return unzipSync(bytes)['weights.safetensors'];
  }

  /** A program for Node that trains the same flow. */
  async program(): Promise<string> {
    this.#demand();
    const spec = this.#spec ?? (this.#shared && specOf(this.#shared));
    if (!spec)
      throw new Error(
        'This model came by a link, and the rows that it was trained on did not: there is no program to repeat that.',
      );
    const rows = await prepareRows(spec.source, spec.settings.seed);
    return programOf(spec, rows, this.#step, this.#spec && describeBackend());
  }

  /** Runs a job while no step of training runs. */
  alone<T>(job: () => Promise<T>): Promise<T> {
    const result = this.#alone.then(job);
    this.#alone = result.catch(() => {});
    return result;
  }

  #demand(): Model {
    if (!this.#model) throw new Error('There is no model yet: train one first.');
    return this.#model;
  }

  #describe({ contexts, box }: Model): SharedRun {
    const step = this.#snapshot === null ? this.#step : this.#model!.snapshots.stepOf(this.#snapshot);
    if (this.#shared) return { ...this.#shared, step };
    const { source, settings } = this.#spec!;
    const set = source.kind === 'set' ? source.name : null;
    return { title: titleOf(source), set, names: namesOf(source), settings, contexts, box, step };
  }

  async #showView(): Promise<void> {
    const model = this.#model;
    if (!model) return;
    const { run } = this;
    const snapshot = this.#snapshot;
    const step = snapshot === null ? this.#step : model.snapshots.stepOf(snapshot);
    const frame = await model.frame(model.at(snapshot), step, FINE);
    this.post({ type: 'view', run, frame, snapshot });
  }

  #clear(): void {
    this.#model?.dispose();
    this.#model = this.#spec = this.#shared = undefined;
    this.#snapshot = null;
    this.#step = 0;
  }

  /** Aborts what goes on and waits for its end; of several calls the latest is carried out. */
  async #replace(run: number, job: (signal: AbortSignal) => Promise<void>): Promise<void> {
    this.#controller.abort();
    const { signal } = (this.#controller = new AbortController());
    this.run = run;
    const result = this.#running.then(async () => {
      if (run !== this.run) return;
      this.#clear();
      await job(signal);
    });
    this.#running = result.catch(() => {});
    await result;
  }
}

function unpack(bytes: Uint8Array) {
  try {
    return unpackModule<Transformed>(bytes, [...bijectorModules, ...distributionModules]);
  } catch (error) {
    throw new Error(DAMAGED, { cause: error });
  }
}
