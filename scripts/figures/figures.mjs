// Draws the figures of the guides by the library itself: a trained flow, which number depends on which, the posteriors that the program of
// docs/tutorial.md trains, with the table of what they reach, what a MADE of either order and a MAF make of a bent density, and what averaged
// weights and a decaying rate do for training. Takes some minutes; the pictures are committed.
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import * as tf from '@tensorflow/tfjs';
import { iaf, maf } from '@pushforward/bijectors';
import { maximumLikelihood, StandardNormal, Transformed } from '@pushforward/distributions';
import { key, normal, useBackend } from '@pushforward/tensor';
import { adam, cosineDecay, fit } from '@pushforward/training';
import ts from 'typescript';
import { findExamples } from '../shared/examples.mjs';
import { drawLearning, learn } from './learning-curves.mjs';
import { gridPoints, orders } from './orders.mjs';
import { at, colours, figure, path as line, text } from './svg.mjs';
import { putBetween, tableOf } from '../shared/marked-text.mjs';
import { root } from '../setup.mjs';

const write = (name, svg) => writeFileSync(path.join(root, 'docs/figures', `${name}.svg`), svg);
const rowsOf = (tensor) => tensor.array();

/** Points as dots, by the colour of each. */
const dots = (points, place, colourOf, radius = 1.6) =>
  points
    .map((point, i) => {
      const [cx, cy] = place(point);
      return `<circle cx="${at(cx)}" cy="${at(cy)}" r="${radius}" fill="${colourOf(i)}"/>`;
    })
    .join('');

/** Rows that bend like a banana. */
const banana = (seed, count) => {
  const [a, b] = tf.split(normal(key(seed), [count, 2]), 2, 1);
  return tf.concat([a, tf.sub(tf.add(tf.mul(b, 0.5), tf.square(a)), 1)], 1);
};

// Where a point is drawn, of the base and of the flow.
const left = ([x, y]) => [165 + 50 * x, 175 - 50 * y];
const right = ([x, y]) => [530 + 45 * x, 258 - 30 * y];

async function flowFigure() {
  const flow = new Transformed(
    new StandardNormal(2),
    maf({ dim: 2, hidden: [64, 64], transforms: 3, seed: 1, activation: 'tanh' }),
  );
  const optimizer = adam({ learningRate: cosineDecay({ from: 5e-3, steps: 3000 }) });
  await fit(maximumLikelihood(flow), banana(2, 8000), { optimizer, steps: 3000, batchSize: 256, seed: 3 });

  const [width, height] = [720, 330];
  const ends = [-2.4, 2.4];
  const step = (i) => ends[0] + ((ends[1] - ends[0]) * i) / 48;
  const gridLines = [-2.4, -1.6, -0.8, 0, 0.8, 1.6, 2.4].flatMap((fixed) => [
    Array.from({ length: 49 }, (_, i) => [fixed, step(i)]),
    Array.from({ length: 49 }, (_, i) => [step(i), fixed]),
  ]);
  const base = await rowsOf(normal(key(4), [500, 2]));
  const inside = base.filter((point) => point.every((value) => Math.abs(value) < 2.4));
  const moved = await rowsOf(flow.bijector.forward(tf.tensor2d(inside)));
  const colourOf = (i) => colours[(inside[i][0] > 0 ? 1 : 0) + (inside[i][1] > 0 ? 2 : 0)];
  const grey = 'stroke="#bbb" stroke-width="1"';
  const bent = await Promise.all(gridLines.map(async (points) => rowsOf(flow.bijector.forward(tf.tensor2d(points)))));
  const arrow = `<path d="M318 165h56" stroke="#555" stroke-width="2"/><path d="M374 159l12 6l-12 6z" fill="#555"/>`;
  write(
    'flow',
    figure(
      width,
      height,
      'A grid and draws of a standard normal distribution on the left; on the right the bent grid and the points on a banana',
      [
        ...gridLines.map((points) => line(points.map(left), grey)),
        dots(inside, left, colourOf, 2),
        ...bent.map((points) => line(points.map(right), grey)),
        dots(moved, right, colourOf, 2),
        arrow,
        text(346, 150, 'f'),
        text(165, 26, 'base: standard normal', { kind: 'title' }),
        text(530, 26, 'the flow', { kind: 'title' }),
      ].join(''),
    ),
  );
}

/** The parts of the Jacobian ∂output/∂input that are not zero, by the automatic gradient. */
async function dependencies(map, dim) {
  const x = normal(key(5), [1, dim]);
  const rows = await Promise.all(
    Array.from({ length: dim }, async (_, i) =>
      tf
        .grad((z) => tf.sum(tf.slice(map(z), [0, i], [1, 1])))(x)
        .data(),
    ),
  );
  return rows.map((row) => [...row].map((value) => value !== 0));
}

async function directionsFigure() {
  const dim = 4;
  const options = { dim, hidden: [32], transforms: 1, init: 'orthogonal', seed: 6 };
  const panels = [
    {
      title: 'A layer of a MAF',
      flow: maf(options),
      from: 'y',
      to: 'x',
      direction: 'inverse',
      goes: 'scoring: data y to noise x',
    },
    {
      title: 'A layer of an IAF',
      flow: iaf(options),
      from: 'x',
      to: 'y',
      direction: 'forward',
      goes: 'sampling: noise x to data y',
    },
  ];
  const drawn = [];
  for (const [p, { title, flow, from, to, direction, goes }] of panels.entries()) {
    const depends = await dependencies((z) => flow[direction](z), dim);
    const [left, top] = [30 + p * 340, 84];
    const x = (i) => left + 40 + i * 70;
    const [above, below] = [top + 16, top + 130];
    for (let i = 0; i < dim; i++)
      for (let j = 0; j < dim; j++)
        if (depends[i][j])
          drawn.push(
            line(
              [
                [x(j), above + 16],
                [x(i), below - 16],
              ],
              i === j ? `stroke="${colours[0]}" stroke-width="2.5"` : `stroke="${colours[1]}" stroke-width="1.2"`,
            ),
          );
    for (const [name, y] of [
      [from, above],
      [to, below],
    ])
      for (let i = 0; i < dim; i++)
        drawn.push(
          `<circle cx="${x(i)}" cy="${y}" r="16" fill="#fff" stroke="#555"/>`,
          text(x(i), y + 4, `${name}<tspan dy="4" font-size="9">${i + 1}</tspan>`),
        );
    drawn.push(
      text(left + 145, 26, title, { kind: 'title' }),
      text(left + 145, 46, goes, { kind: 'small' }),
      text(left + 145, below + 48, 'this way all at once; back, one after another', { kind: 'small' }),
    );
  }
  drawn.push(
    `<path d="M150 292h24" stroke="${colours[0]}" stroke-width="2.5"/>`,
    text(182, 296, 'is transformed', { kind: 'small', anchor: 'start' }),
    `<path d="M330 292h24" stroke="${colours[1]}" stroke-width="1.2"/>`,
    text(362, 296, 'says how, through the masked network', { kind: 'small', anchor: 'start' }),
  );
  write(
    'directions',
    figure(
      690,
      312,
      'Each output depends on its own input and on those before: in a MAF the inputs are data, in an IAF noise',
      drawn.join(''),
    ),
  );
}

/** Runs the program of the tutorial, and hands out what it names. */
async function runTutorial(names) {
  const [{ code }] = findExamples().filter(({ title }) => title.startsWith('docs/tutorial.md'));
  const { outputText } = ts.transpileModule(`${code}\nexport { ${names.join(', ')} };\n`, {
    compilerOptions: { target: ts.ScriptTarget.ES2022, module: ts.ModuleKind.ESNext, useDefineForClassFields: true },
  });
  const file = path.join(root, '.cache', 'tutorial.mjs');
  mkdirSync(path.dirname(file), { recursive: true });
  writeFileSync(file, outputText);
  try {
    return await import(pathToFileURL(file).href);
  } finally {
    rmSync(file);
  }
}

async function posteriorsFigure() {
  const run = await runTutorial([
    'gaussian',
    'shallow',
    'deep',
    'recurrent',
    'gaussianGap',
    'shallowGap',
    'deepGap',
    'recurrentGap',
    'blindGap',
    'NOISE',
  ]);
  const distance = 1.5;
  const count = 500;
  const ring = (await rowsOf(normal(key(11), [20_000, 2]))).filter(
    ([a, b], i) => Math.exp(-(((Math.hypot(a, b) - distance) / run.NOISE) ** 2) / 2) > (i * 0.618034) % 1,
  );
  const panels = [
    { title: 'exact', points: ring.slice(0, count) },
    ...(await Promise.all(
      [
        ['Gaussian', run.gaussian, run.gaussianGap],
        ['1 IAF step', run.shallow, run.shallowGap],
        ['4 IAF steps', run.deep, run.deepGap],
        ['4 LSTM-IAF steps', run.recurrent, run.recurrentGap],
      ].map(async ([title, vae, gap]) => ({
        title,
        gap,
        points: await rowsOf(vae.encode(tf.mul(tf.ones([count, 1]), distance), { seed: 12 })),
      })),
    )),
  ];
  const drawn = panels.map(({ title, points, gap }, i) => {
    const centre = 72 + i * 142;
    const place = ([x, y]) => [centre + 27 * x, 108 - 27 * y];
    return [
      `<circle cx="${centre}" cy="108" r="${27 * distance}" fill="none" stroke="#bbb"/>`,
      dots(points, place, () => colours[i === 0 ? 2 : 0], 1.1),
      text(centre, 26, title, { kind: 'title' }),
      gap === undefined ? '' : text(centre, 202, `${gap.toFixed(2)} nats below`, { kind: 'small' }),
    ].join('');
  });
  write(
    'posteriors',
    figure(714, 218, 'Draws from five posteriors: a ring; an arc; and rings with ever smaller gaps', drawn.join('')),
  );
  const gaps = [
    ['Gaussian', run.gaussianGap],
    ['IAF of 1 step', run.shallowGap],
    ['IAF of 4 steps', run.deepGap],
    ['IAF of 4 steps, without a context', run.blindGap],
    ['LSTM-IAF of 4 steps', run.recurrentGap],
  ].map(([name, gap]) => [name, `${gap.toFixed(2)} nats`]);
  putBetween(
    'docs/tutorial.md',
    'drawn: posteriors',
    'drawn until here',
    tableOf(['posterior', 'ELBO below log p(x)'], gaps, true),
  );
}

/** The density of figure 1 of the paper of masked autoregressive flows, N(x2; 0, 4) N(x1; x2² / 4, 1), and what flows make of it. */
async function ordersFigure() {
  const count = 20_000;
  const [a, b] = tf.split(normal(key(21), [count, 2]), 2, 1);
  const x2 = tf.mul(b, 2);
  const data = tf.concat([tf.add(tf.div(tf.square(x2), 4), a), x2], 1);
  const exact = gridPoints.map(([u, v]) => Math.exp(-(v ** 2 / 4 + (u - v ** 2 / 4) ** 2) / 2) / (4 * Math.PI));
  // The MADE's order is that of the columns, and in a MAF that of the layer next to the data.
  const trained = async (transforms, isTurned) => {
    const turned = (rows) => (isTurned ? tf.reverse(rows, 1) : rows);
    const flow = new Transformed(
      new StandardNormal(2),
      maf({ dim: 2, hidden: [64, 64], transforms, seed: 22, activation: 'tanh' }),
    );
    const optimizer = adam({ learningRate: cosineDecay({ from: 5e-3, steps: 3000 }) });
    await fit(maximumLikelihood(flow), turned(data), { optimizer, steps: 3000, batchSize: 256, seed: 23 });
    return tf.exp(flow.logProb(turned(tf.tensor2d(gridPoints)))).data();
  };
  const panels = [
    { title: 'the density', note: 'N(x₂; 0, 4) N(x₁; x₂² / 4, 1)', density: exact },
    { title: 'MADE, right order', note: 'x₁ given x₂', density: await trained(1, true) },
    { title: 'MADE, wrong order', note: 'x₂ given x₁, one normal distribution', density: await trained(1, false) },
    { title: 'MAF of 5 layers', note: 'x₂ given x₁ next to the data', density: await trained(5, false) },
  ];
  write('orders', orders(panels));
}

await useBackend('wasm');
mkdirSync(path.join(root, 'docs/figures'), { recursive: true });
const all = {
  flow: flowFigure,
  directions: directionsFigure,
  posteriors: posteriorsFigure,
  orders: ordersFigure,
  learning: async () => write('learning', drawLearning(await learn(banana))),
};
for (const [name, draw] of Object.entries(all))
  if (process.argv.length < 3 || process.argv.includes(name)) await draw();
