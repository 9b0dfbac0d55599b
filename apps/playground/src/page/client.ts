import type { Digits, Posteriors } from '../autoencoder/autoencoders.js';
import type { Comparison, Event, Request } from '../worker/protocol.js';
import { newest } from './newest.js';

type Answers = {
  pack: Uint8Array<ArrayBuffer>;
  program: string;
  compare: Comparison;
  view: undefined;
  digits: Digits;
  posteriors: Posteriors;
  decode: Float32Array;
  sample: Float32Array;
};
type Asked = keyof Answers;

/** A snapshot, or the latest weights, and the context in the units of its columns. */
type Look = { readonly snapshot: number | null; readonly context: readonly number[] };

type Handlers = { [T in Event['type']]?: (event: Extract<Event, { type: T }>) => void };

/** The worker as the page talks to it. Events of runs that another has replaced are dropped. */
export class Client {
  readonly #worker = new Worker(new URL('../worker/worker.ts', import.meta.url), { type: 'module' });
  readonly #waiting = new Map<number, { resolve: (value: never) => void; reject: (error: Error) => void }>();
  #lastId = 0;
  run = 0;

  /** Looks at a model from elsewhere; while one look is computed, only the latest next one is kept. */
  readonly look = newest((look: Look) => this.ask({ type: 'view', ...look }));

  constructor(handlers: Handlers) {
    this.#worker.addEventListener('message', ({ data }: MessageEvent<Event>) => {
      if ('run' in data && data.run !== this.run) return;
      if (data.type === 'answer') this.#take(data.id)?.resolve(data.value as never);
      else if (data.type === 'refusal') this.#take(data.id)?.reject(new Error(data.message));
      else (handlers[data.type] as ((event: Event) => void) | undefined)?.(data);
    });
    this.#worker.addEventListener('error', ({ message }) =>
      handlers.error?.({ type: 'error', run: this.run, message: message || 'The worker that computes did not start.' }),
    );
  }

  send(request: Exclude<Request, { id: number } | { run: number }>): void {
    this.#worker.postMessage(request);
  }

  /** Starts a run, in place of the one that goes on. */
  begin(request: DistributiveOmit<Extract<Request, { run: number }>, 'run'>): void {
    this.#worker.postMessage({ ...request, run: ++this.run });
  }

  ask<T extends Asked>(request: { type: T } & Omit<Extract<Request, { type: T }>, 'id'>): Promise<Answers[T]> {
    const id = ++this.#lastId;
    return new Promise((resolve, reject) => {
      this.#waiting.set(id, { resolve, reject });
      this.#worker.postMessage({ ...request, id });
    });
  }

  #take(id: number) {
    const waiting = this.#waiting.get(id);
    this.#waiting.delete(id);
    return waiting;
  }
}

type DistributiveOmit<T, K extends PropertyKey> = T extends unknown ? Omit<T, K> : never;
