import * as tf from '@tensorflow/tfjs';
import '@tensorflow/tfjs-backend-wasm';
import { useBackend } from '@pushforward/tensor';

/** Whose code runs: this project's, or TensorFlow.js as it comes. Each has a process of its own. */
export type Side = 'ours' | 'stock';

/** Starts the wasm backend of one side. */
export async function start(side: Side): Promise<void> {
  tf.enableProdMode();
  if (side === 'ours') await useBackend('wasm');
  else await tf.setBackend('wasm');
}
