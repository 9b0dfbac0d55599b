// What computes: a page's questions in, pictures of a flow or of digits out.
import '@tensorflow/tfjs-core/dist/register_all_gradients.js';
import { describeBackend, useBackend } from '@pushforward/tensor';
import { Autoencoders } from '../autoencoder/autoencoders.js';
import { compareDirections } from './compare.js';
import type { Event, Request } from './protocol.js';
import { Studio } from './studio.js';

const post = (event: Event) => self.postMessage(event);
const messageOf = (error: unknown) => (error instanceof Error ? error.message : String(error));

/** Resolves when the backend runs; every request waits for it. */
let started: Promise<unknown> = Promise.resolve();
const studio = new Studio(post);
const autoencoders = new Autoencoders();

const handlers: { [T in Request['type']]: (request: Extract<Request, { type: T }>) => unknown } = {
  start: async ({ backend }) => {
    // A model's tensors stay where they are. Threads are as many as there are, where the page may have several.
    started = studio.end().then(() => useBackend(backend));
    await started;
    post({ type: 'ready', backend: describeBackend() });
  },
  train: ({ run, spec }) => studio.train(run, spec),
  stop: () => studio.stop(),
  view: ({ snapshot, context }) => studio.view(snapshot, context),
  open: ({ run, bytes }) => studio.open(run, bytes),
  pack: ({ as }) => studio.pack(as),
  program: () => studio.program(),
  compare: (request) => studio.alone(() => compareDirections(request)),
  digits: () => autoencoders.load(),
  posteriors: ({ pixels }) => autoencoders.posteriors(pixels),
  decode: ({ model, z }) => autoencoders.decode(model, z),
  sample: ({ model, count, seed }) => autoencoders.sample(model, count, seed),
};

async function answer(request: Request): Promise<void> {
  const id = 'id' in request ? request.id : undefined;
  try {
    if (request.type !== 'start') await started;
    const value = await (handlers[request.type] as (request: Request) => unknown)(request);
    if (id !== undefined) post({ type: 'answer', id, value });
  } catch (error) {
    if (id !== undefined) post({ type: 'refusal', id, message: messageOf(error) });
    else post({ type: 'error', run: 'run' in request ? request.run : studio.run, message: messageOf(error) });
  }
}

self.addEventListener('message', ({ data }: MessageEvent<Request>) => void answer(data));
