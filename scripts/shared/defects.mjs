// Models of the plane with one defect each, beside a right one: what the tests, the guide and the table of powers are made of.
import { add, concat, cast, div, less, mean, mul, neg, slice, sqrt, square, sum, tidy } from '@tensorflow/tfjs-core';
import { affine, Chain, maf } from '@pushforward/bijectors';
import { StandardNormal, Transformed } from '@pushforward/distributions';
import { key, normal, split, uniform } from '@pushforward/tensor';
import { adam, fit } from '@pushforward/training';

const gaussian = (scale = 1) => new Transformed(new StandardNormal(2), affine({ loc: [0, 0], scale: [scale, scale] }));
const standard = (count, seed) => normal(key(seed), [count, 2]);

/** The right model: a random flow in units far from 0 and 1. Its data are its samples. */
const curved = () =>
  new Transformed(
    new StandardNormal(2),
    new Chain([maf({ dim: 2, hidden: [16], seed: 3 }), affine({ loc: [300, 5], scale: [50, 0.2] })]),
  );

/** Learns forty rows by heart. */
async function overfitted() {
  const rows = standard(40, 100);
  const model = new Transformed(new StandardNormal(2), maf({ dim: 2, hidden: [64, 64], transforms: 3, seed: 0 }));
  await fit((x) => neg(mean(model.logProb(x))), rows, {
    module: model,
    steps: 250,
    batchSize: 40,
    seed: 0,
    optimizer: adam({ learningRate: 5e-3, clipNorm: 10 }),
  });
  return model;
}

/** Student's t with three degrees of freedom. */
function heavyTailed(count, seed) {
  return tidy(() => {
    const [numerator, denominator] = split(key(seed), 2);
    const spread = sqrt(div(sum(square(normal(denominator, [count, 2, 3])), -1), 3));
    return div(normal(numerator, [count, 2]), spread);
  });
}

/** A sixth of the rows is around (4, 4). */
function twoModes(count, seed) {
  return tidy(() => {
    const [noise, side] = split(key(seed), 2);
    return add(normal(noise, [count, 2]), mul(cast(less(uniform(side, [count, 1]), 1 / 6), 'float32'), 4));
  });
}

/** Correlation 0.5. */
function correlated(count, seed) {
  return tidy(() => {
    const z = standard(count, seed);
    const [a, b] = [0, 1].map((at) => slice(z, [0, at], [count, 1]));
    return concat([a, add(mul(a, 0.5), mul(b, Math.sqrt(0.75)))], 1);
  });
}

/** Each with its model, made once, and a function that draws its data. */
export const defects = [
  {
    name: 'right',
    title: 'A right model',
    story: 'Its data are its own samples. Every line stays inside its grey band.',

    model: async () => curved(),
    draw(count, seed) {
      const model = curved();
      return model.sample(count, { seed });
    },
  },
  {
    name: 'overfitted',
    title: 'A model that knows its training rows by heart',
    story:
      'A flow of three layers, trained on forty rows of a standard normal distribution until it had learned them. Data that it has not seen lie where it has next to no density: its regions hold too few of them, and a simple Gaussian beats it.',
    model: overfitted,
    draw: standard,
  },
  {
    name: 'wrong tail',
    title: 'A tail that is too light',
    story:
      'The data have Student’s t distribution with three degrees of freedom, the model is a Gaussian with their variance. Regions in the middle hold too many of the data and the outermost too few.',
    model: async () => gaussian(Math.sqrt(3)),
    draw: heavyTailed,
  },
  {
    name: 'missed mode',
    title: 'A mode that is missed',
    story:
      'A sixth of the data is around (4, 4), where the model, a Gaussian around (0, 0), has no density to speak of.',
    model: async () => gaussian(),
    draw: twoModes,
  },
  {
    name: 'missed dependence',
    title: 'A dependence that is missed',
    story:
      'Both columns are standard normal with correlation 0.5, and the model has them independent. Each residual by itself is right, so that the ECDF differences see nothing: the correlation of the residuals does.',
    model: async () => gaussian(),
    draw: correlated,
  },
  {
    name: 'biased scale',
    title: 'A scale that is too wide',
    story:
      'The model’s deviations are a quarter larger than those of the data. The ECDF differences rise and fall, and every region holds too many of the data.',
    model: async () => gaussian(1.25),
    draw: standard,
  },
];
