import { grad, scalar, sum, type Tensor, tensor1d, tensor2d } from '@tensorflow/tfjs-core';
import { describe, expect, test } from 'vitest';
import { ContinuousBernoulli } from './continuous-bernoulli.js';

const LOGITS = [-200, -20, -2.5, -2, -1.5, -0.25, -1e-4, 0, 1e-4, 0.5, 1.75, 2, 3, 30, 200];

// Log-densities at x for each logit, computed with 50 digits.
const PINNED: [number, number[]][] = [
  [
    0,
    [
      5.29831736654804, 2.99573227561514, 1.00194121561619, 0.838560638428804, 0.657947567033618, 0.122397188326142,
      4.99995833333334e-5, 0, -5.00004166666666e-5, -0.260395050992757, -0.99949734537103, -1.1614393615712,
      -1.85031853038919, -26.5988026183377, -194.701682633452,
    ],
  ],
  [
    0.125,
    [
      -19.701682633452, 0.495732275615145, 0.689441215616193, 0.588560638428804, 0.470447567033618, 0.0911471883261415,
      3.74995833333334e-5, 0, -3.75004166666666e-5, -0.197895050992757, -0.78074734537103, -0.911439361571196,
      -1.47531853038919, -22.8488026183377, -169.701682633452,
    ],
  ],
  [
    0.5,
    [
      -94.701682633452, -7.00426772438486, -0.248058784383807, -0.161439361571196, -0.0920524329663816,
      -0.00260281167385848, -4.16666666631944e-10, 0, -4.16666666631944e-10, -0.0103950509927567, -0.12449734537103,
      -0.161439361571196, -0.350318530389189, -11.5988026183378, -94.701682633452,
    ],
  ],
  [
    0.9375,
    [
      -182.201682633452, -15.7542677243849, -1.34180878438381, -1.0364393615712, -0.748302432966382, -0.111977811673858,
      -4.37504166666666e-5, 0, 4.37495833333334e-5, 0.208354949007243, 0.64112765462897, 0.713560638428804,
      0.962181469610811, 1.52619738166225, -7.20168263345196,
    ],
  ],
  [
    1,
    [
      -194.701682633452, -17.0042677243849, -1.49805878438381, -1.1614393615712, -0.842052432966382, -0.127602811673858,
      -5.00004166666666e-5, 0, 4.99995833333334e-5, 0.239604949007243, 0.75050265462897, 0.838560638428804,
      1.14968146961081, 3.40119738166225, 5.29831736654804,
    ],
  ],
];
const MEANS = [
  0.005, 0.0499999979388464, 0.310574510166148, 0.343482357250334, 0.379449749877798, 0.479188335812202,
  0.499991666666668, 0.5, 0.500008333333332, 0.541494082536798, 0.638893945118718, 0.656517642749666, 0.719062363157923,
  0.96666666666676, 0.995,
];
const DEVIATIONS = [
  0.005, 0.0499999793884594, 0.250155135734055, 0.262649166681378, 0.273375145845178, 0.288224844750321,
  0.288675134522644, 0.288675134594813, 0.288675134522644, 0.286883096342807, 0.268276973910964, 0.262649166681378,
  0.236580019462869, 0.0333333333319297, 0.005,
];
const ENTROPIES = [
  -4.29831736654804, -1.99573231683822, -0.225504940200823, -0.151595923928136, -0.0887729422169207,
  -0.00260010437309113, -4.166666665625e-10, 0, -4.166666665625e-10, -0.0103519902756424, -0.118567058586725,
  -0.151595923928136, -0.306868559084579, -2.40119738166506, -4.29831736654804,
];
// The density is 1 + O(l) at small logits, and its logarithm has the rounding of 1.
const TOLERANCE = { rtol: 1e-6, atol: 1e-7 };

const draw = (logits: Tensor | number) => sum(new ContinuousBernoulli({ logits }).sample(100, { seed: 4 }));

describe('ContinuousBernoulli', () => {
  const distribution = new ContinuousBernoulli({ logits: LOGITS });

  test.each(PINNED)('log-densities at %s', async (x, logProbs) => {
    await expect(distribution.logProb(x)).toBeAllClose(logProbs, TOLERANCE);
  });

  test('mean, standard deviation and entropy', async () => {
    await expect(distribution.mean()).toBeAllClose(MEANS, TOLERANCE);
    await expect(distribution.stddev()).toBeAllClose(DEVIATIONS, TOLERANCE);
    await expect(distribution.entropy()).toBeAllClose(ENTROPIES, TOLERANCE);
  });

  test('the slope of the density in the logit is x less the mean', async () => {
    const slope = grad((logits) => sum(new ContinuousBernoulli({ logits }).logProb(0.75)))(tensor1d(LOGITS));
    await expect(slope).toBeAllClose(
      MEANS.map((mean) => 0.75 - mean),
      { rtol: 1e-6, atol: 2e-7 },
    );
  });

  test('outside of 0 to 1 there is nothing', async () => {
    await expect(new ContinuousBernoulli({ logits: 3 }).logProb(tensor1d([-0.1, 1.1, Infinity, NaN]))).toBeAllClose([
      -Infinity,
      -Infinity,
      -Infinity,
      NaN,
    ]);
  });

  test('samples are quantiles, continuous in the logit through 0', async () => {
    // Under one seed the same uniform numbers: F of the samples is them, whatever the logit.
    const logits = [-30, -3, -0.0101, -0.0099, -1e-6, 0, 1e-6, 0.0099, 0.0101, 3, 30];
    const draws = (await new ContinuousBernoulli({ logits: 0 }).sample(50, { seed: 2 }).data()) as Float32Array;
    for (const l of logits) {
      const x = await new ContinuousBernoulli({ logits: l }).sample(50, { seed: 2 }).data();
      const levels = Array.from(x, (value) => (l === 0 ? value : Math.expm1(l * value) / Math.expm1(l)));
      // F is steep where the density is large, 30 at the most.
      await expect(tensor1d(levels)).toBeAllClose([...draws], { rtol: 0, atol: 2e-7 * Math.max(5, 2 * Math.abs(l)) });
    }
  });

  test('each sample moves with the logit as differences say', async () => {
    for (const l of [-8, -0.5, -0.005, 0, 0.005, 0.5, 8]) {
      const step = 0.02;
      const [high, low] = [await draw(l + step).data(), await draw(l - step).data()];
      await expect(grad(draw)(scalar(l))).toBeAllClose((high[0] - low[0]) / (2 * step), { rtol: 1e-2 });
    }
  });

  test('takes no event of another shape', () => {
    expect(() => new ContinuousBernoulli({ logits: [0, 1] }).logProb(tensor2d([[1, 2, 3]]))).toThrow(
      'ContinuousBernoulli: x must broadcast with [2], got [1, 3]',
    );
  });
});
