import { grad, neg, tensor } from '@tensorflow/tfjs-core';
import { describe, expect, test } from 'vitest';
import { erf } from './erf.js';
import { flushedBelow } from '../../testing/flushed-below.js';

// [x, erf(x), its derivative], computed with 50 digits at the float32 nearest to x.
const PINNED = [
  [0, 0, 1.1283791671],
  [1e-38, 1.1283790938e-38, 1.1283791671],
  [1e-30, 1.12837917067e-30, 1.1283791671],
  [1e-10, 1.12837918216e-10, 1.1283791671],
  [1e-5, 1.12837913855e-5, 1.12837916698],
  [0.001, 0.00112837884456, 1.12837803872],
  [0.01, 0.0112834153037, 1.12826633483],
  [0.1, 0.112462917683, 1.11715160646],
  [0.2, 0.222702592441, 1.08413478581],
  [0.37, 0.399205988735, 0.984011430246],
  [0.5, 0.520499877813, 0.878782578935],
  [0.7, 0.677801185597, 0.691274871947],
  [0.9, 0.796908200455, 0.501968595783],
  [1, 0.84270079295, 0.415107497421],
  [1.2, 0.910313990978, 0.267344316408],
  [1.5, 0.966105146475, 0.118930289224],
  [1.9, 0.992790428507, 0.030524743201],
  [2.3, 0.998856823131, 0.00568901849038],
  [2.7, 0.999865667297, 7.69924561606e-4],
  [3, 0.999977909503, 1.39253051947e-4],
  [3.3, 0.999996942289, 2.10372170643e-5],
  [3.7, 0.999999832849, 1.27927363313e-6],
  [4, 0.999999984583, 1.26982346719e-7],
  [4.5, 0.999999999803, 1.81130589591e-9],
  [6, 1, 2.61730123925e-16],
  [9, 1, 7.49207342825e-36],
  [20, 1, 2.16103747439e-174],
  [1e10, 1, 0],
  [3e38, 1, 0],
];

const x = () => tensor(PINNED.map(([x]) => x));

describe('erf', () => {
  test('value', async () => {
    await expect(erf(x())).toBeAllClose(
      PINNED.map(([, value]) => value),
      { rtol: 5e-7, atol: flushedBelow() },
    );
  });

  test('derivative', async () => {
    // The rounding of x² is what e^(−x²) multiplies: 81 · 6e-8 at 9.
    await expect(grad(erf)(x())).toBeAllClose(
      PINNED.map(([, , derivative]) => derivative),
      { rtol: 1e-5, atol: 1e-37 },
    );
  });

  test('is odd', async () => {
    await expect(erf(neg(x()))).toBeAllClose(neg(erf(x())), { rtol: 0, atol: 0 });
  });

  test('infinities and NaN', async () => {
    await expect(erf(tensor([-Infinity, Infinity, NaN]))).toBeAllClose([-1, 1, NaN], { rtol: 0, atol: 0 });
  });

  test('leaks nothing', async () => {
    const input = x();
    await expect(() => erf(input)).toLeakNoTensor();
    await expect(() => grad(erf)(input)).toLeakNoTensor();
  });
});
