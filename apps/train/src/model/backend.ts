import { enableProdMode, getBackend } from '@tensorflow/tfjs-core';
import { describeBackend, useBackend } from '@pushforward/tensor';

/** Starts the fastest backend, unless the process that this one runs in has one already, and says which it is. */
export async function startBackend(): Promise<string> {
  // Importing it takes a second, which help and errors in a command line need not wait for.
  await import('@tensorflow/tfjs');
  if (!getBackend()) {
    // Without it the cpu backend prints an advertisement.
    enableProdMode();
    await useBackend('auto');
  }
  return describeBackend();
}
