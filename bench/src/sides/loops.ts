import { eventOf, standardNormal } from './event.js';
import type { EventOperation } from '../operation.js';
import type { Size } from '../size.js';

/** A layer of one event, with the weights that its mask removes left as zeros. */
interface LoopLayer {
  readonly inputs: number;
  readonly units: number;
  /** `[units][inputs]` */
  readonly weights: Float32Array;
  readonly biases: Float32Array;
}

/** A MAF of one event at a time as plain loops in JavaScript, without a library, ready to run. */
export function prepareLoops(operation: EventOperation, { dim, hidden, transforms }: Size): () => void {
  const networks = Array.from({ length: transforms }, () => network(dim, hidden));
  const event = Float32Array.from(eventOf(dim));
  return operation === 'event-log-prob' ? () => void logProb(networks, event) : () => void sample(networks, dim);
}

/** Units' degrees in turn from 1 to D − 1, as in a textbook; outputs are the shifts, then the log-scales. */
function network(dim: number, hidden: readonly number[]): LoopLayer[] {
  const degreesOf = (width: number) => Array.from({ length: width }, (_, i) => 1 + (i % Math.max(1, dim - 1)));
  const inputs = Array.from({ length: dim }, (_, i) => i + 1);
  const widths = [inputs, ...hidden.map(degreesOf), [...inputs, ...inputs]];
  return widths.slice(1).map((units, l): LoopLayer => {
    const isOutput = l === hidden.length;
    const from = widths[l];
    const weights = units.flatMap((degree) =>
      from.map((source) => ((isOutput ? degree > source : degree >= source) ? (Math.random() - 0.5) / from.length : 0)),
    );
    return {
      inputs: from.length,
      units: units.length,
      weights: Float32Array.from(weights),
      biases: new Float32Array(units.length),
    };
  });
}

function parametersOf(network: readonly LoopLayer[], event: Float32Array): Float32Array {
  let values = event;
  for (const [l, { inputs, units, weights, biases }] of network.entries()) {
    const next = new Float32Array(units);
    for (let unit = 0; unit < units; unit++) {
      let sum = biases[unit];
      for (let i = 0, at = unit * inputs; i < inputs; i++) sum += weights[at + i] * values[i];
      next[unit] = l < network.length - 1 && sum < 0 ? 0 : sum;
    }
    values = next;
  }
  return values;
}

function logProb(networks: readonly LoopLayer[][], event: Float32Array): number {
  const dim = event.length;
  let values = event;
  let total = -0.5 * dim * Math.log(2 * Math.PI);
  for (const network of networks) {
    const parameters = parametersOf(network, values);
    const next = new Float32Array(dim);
    for (let i = 0; i < dim; i++) {
      next[dim - 1 - i] = (values[i] - parameters[i]) * Math.exp(-parameters[dim + i]);
      total -= parameters[dim + i];
    }
    values = next;
  }
  for (const value of values) total -= 0.5 * value * value;
  return total;
}

function sample(networks: readonly LoopLayer[][], dim: number): Float32Array {
  let values = Float32Array.from({ length: dim }, standardNormal);
  for (const network of networks.toReversed()) {
    const noise = values.toReversed();
    values = new Float32Array(dim);
    for (let i = 0; i < dim; i++) {
      const parameters = parametersOf(network, values);
      values[i] = noise[i] * Math.exp(parameters[dim + i]) + parameters[i];
    }
  }
  return values;
}
