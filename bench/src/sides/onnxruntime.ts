import { maf } from '@pushforward/bijectors';
import { StandardNormal, Transformed } from '@pushforward/distributions';
import { exportOnnx } from '@pushforward/onnx';
import { InferenceSession, Tensor } from 'onnxruntime-node';
import { eventOf, standardNormal } from './event.js';
import type { EventOperation } from '../operation.js';
import type { Size } from '../size.js';

/** The flow of this project's side, exported, in onnxruntime: one event at a time on one thread, ready to run. */
export async function prepareOnnxruntime(
  operation: EventOperation,
  { dim, hidden, transforms }: Size,
): Promise<() => Promise<void>> {
  const flow = new Transformed(new StandardNormal(dim), maf({ dim, hidden, transforms, seed: 0, init: 'orthogonal' }));
  const isDensity = operation === 'event-log-prob';
  const file = await exportOnnx(flow, { graph: isDensity ? 'density' : 'sampler' });
  flow.dispose();
  const session = await InferenceSession.create(file, { intraOpNumThreads: 1 });
  const event = eventOf(dim);
  return async () => {
    const values = Float32Array.from(event, isDensity ? undefined : standardNormal);
    const given = { [isDensity ? 'x' : 'noise']: new Tensor('float32', values, [1, dim]) };
    const results = await session.run(given, [isDensity ? 'log_prob' : 'x']);
    for (const result of Object.values(results)) await result.getData();
  };
}
