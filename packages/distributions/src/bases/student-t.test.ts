import { abs, grad, mean, mul, scalar, sub, sum, type Tensor, tensor1d } from '@tensorflow/tfjs-core';
import { describe, expect, test } from 'vitest';
import { Normal } from './normal.js';
import { StudentT } from './student-t.js';

const points = [-30, -3, -0.5, 0, 1, 4, 1e4, 1e30];

// [df, log-densities at the points, entropy] with loc 1.5 and scale 2, computed with 80 digits.
const PINNED: [number, number[], number][] = [
  [
    0.5,
    [
      -6.66031123411735, -3.81057622751068, -2.82763932297254, -2.56900895825374, -2.09201738321374, -3.06647962131144,
      -15.2991052771436, -105.100148905784,
    ],
    4.3598745966638,
  ],
  [
    1,
    [
      -7.35558093539388, -3.63999932267295, -2.53102424696929, -2.28416416903777, -1.89850168822578, -2.77886041087387,
      -18.8719634667516, -138.606688284932,
    ],
    3.22417142752924,
  ],
  [
    3,
    [
      -10.5482152770862, -3.67125881709102, -2.26940017508702, -2.03773654403677, -1.73527460458893, -2.53255289066446,
      -33.5649844135797, -273.034433889893,
    ],
    2.46662475242324,
  ],
  [
    5.5,
    [
      -14.1076012137769, -3.77812508185589, -2.20022468056536, -1.97376493849189, -1.69402245998535, -2.46996466917101,
      -51.4776489919229, -440.615504065834,
    ],
    2.3010910352115,
  ],
  [
    6.5,
    [
      -15.4044403463521, -3.81026803671432, -2.18702772810327, -1.96163801284188, -1.68628500576131, -2.45823020902687,
      -58.5089662276006, -507.51418347053,
    ],
    2.27119885523931,
  ],
  [
    30,
    [
      -36.1334696729524, -4.03740693106057, -2.12865975969515, -1.90835148231929, -1.65267558209807, -2.40738854922685,
      -212.930215280864, -2068.81843197728,
    ],
    2.14569051034715,
  ],
  [
    1000,
    [
      -112.51930629887, -4.13972489409218, -2.11258563043126, -1.89378781273912, -1.64361598622462, -2.39375663748268,
      -5069.86106753516, -64997.0708334539,
    ],
    2.11308596359783,
  ],
  [
    2 ** 20,
    [
      -125.628785448839, -4.14333225577774, -2.1120861906017, -1.89333614496693, -1.6433359810542, -2.39333611516467,
      -1684143.20742357, -64438134.5811284,
    ],
    2.11208666743916,
  ],
  [
    2 ** 40,
    [
      -125.643335699886, -4.14333571376132, -2.11208571376507, -1.89333571376503, -1.64333571376487, -2.393335713765,
      -12496109.872198, -59946981430273.2,
    ],
    2.11208571376553,
  ],
];

const draw = (df: number | Tensor) => new StudentT(df, 0, 1).sample(200, { seed: 5 });

describe('StudentT', () => {
  test.each(PINNED)('of %s degrees of freedom: densities and entropy', async (df, logProbs, entropy) => {
    const distribution = new StudentT(df, 1.5, 2);
    await expect(distribution.logProb(tensor1d(points))).toBeAllClose(logProbs, { rtol: 1e-6, atol: 1e-6 });
    await expect(distribution.entropy()).toBeAllClose(entropy, { rtol: 1e-6, atol: 1e-6 });
  });

  test('the slope of the density in the degrees of freedom', async () => {
    const slope = grad((df) => sum(new StudentT(df, 1.5, 2).logProb(4)));
    await expect(slope(tensor1d([0.5, 3, 5.5, 30, 1000]))).toBeAllClose(
      [0.998626953265211, 0.0451618010561336, 0.0138424497788637, 0.00046901886718317, 4.20948848048566e-7],
      // At 1000 it is what is left of terms of 10⁻³.
      { rtol: 1e-5, atol: 1e-8 },
    );
  });

  test('mean and standard deviation, where there are any', async () => {
    const distribution = new StudentT([0.5, 1, 1.5, 2, 3, 10], 1.5, 2);
    await expect(distribution.mean()).toBeAllClose([NaN, NaN, 1.5, 1.5, 1.5, 1.5]);
    await expect(distribution.stddev()).toBeAllClose([
      NaN,
      NaN,
      Infinity,
      Infinity,
      2 * Math.sqrt(3),
      2 * Math.sqrt(1.25),
    ]);
    const slope = await grad((df) => sum(new StudentT(df, 0, 1).stddev()))(tensor1d([3, 10])).data();
    // d/dν √(ν / (ν − 2)) = −1 / (ν − 2)² / √(ν / (ν − 2))
    expect(slope[0]).toBeCloseTo(-1 / Math.sqrt(3), 5);
    expect(slope[1]).toBeCloseTo(-1 / 64 / Math.sqrt(1.25), 6);
  });

  test('with many degrees of freedom the samples are those of a normal distribution', async () => {
    const [many, normal] = [
      new StudentT(1e30, 1, 2).sample(100, { seed: 3 }),
      new Normal(1, 2).sample([2, 100], { seed: 3 }),
    ];
    await expect(many).toBeAllClose(normal.slice([0, 0], [1, 100]).reshape([100]), { rtol: 1e-6 });
  });

  test('each sample moves with the degrees of freedom as differences say', async () => {
    const slopes = await grad((df) => sum(draw(df)))(scalar(4)).data();
    const step = 0.05;
    const difference = sum(sub(draw(4 + step), draw(4 - step)));
    await expect(mul(difference, 1 / (2 * step))).toBeAllClose(slopes[0], { rtol: 2e-3 });
  });

  test('the gradient through samples is that of the expectation', async () => {
    // E |z| = 2 √ν Γ((ν + 1)/2) / (√π Γ(ν/2) (ν − 1)): its derivative at ν = 6, with 50 digits.
    const slope = grad((df) => mean(abs(new StudentT(df, 0, 1).sample(200_000, { seed: 1 }))));
    // Of 200,000 draws the standard error is 1.2·10⁻⁴.
    await expect(slope(scalar(6))).toBeAllClose(-0.0243239051869551, { rtol: 0, atol: 6e-4 });
  });
});
