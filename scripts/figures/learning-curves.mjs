import * as tf from '@tensorflow/tfjs';
import { maf } from '@pushforward/bijectors';
import { maximumLikelihood, StandardNormal, Transformed } from '@pushforward/distributions';
import { adam, cosineDecay, fit } from '@pushforward/training';
import { at, colours, figure, namedCurves, text } from './svg.mjs';

const [WIDTH, HEIGHT] = [680, 320];
const BOX = { left: 70, right: 470, top: 20, bottom: 265 };

/**
 * Trains the same flow three times. The gaps are means of log p − log q over held-out rows, by epoch, in nats.
 *
 * @param banana draws rows (a, a² − 1 + b / 2) of standard normal a and b, by a seed and their number
 */
export async function learn(banana) {
  const [rows, held] = [banana(31, 10_000), banana(32, 10_000)];
  const [batchSize, epochs] = [100, 40];
  const steps = (epochs * rows.shape[0]) / batchSize;
  const [a, y] = tf.split(held, 2, 1);
  const b = tf.mul(2, tf.add(tf.sub(y, tf.square(a)), 1));
  const [squares] = await tf.mean(tf.add(tf.square(a), tf.square(b))).data();
  const exact = squares / 2 + Math.log(2 * Math.PI) - Math.LN2;
  const curve = async (name, options) => {
    const flow = new Transformed(
      new StandardNormal(2),
      maf({ dim: 2, hidden: [64, 64], transforms: 3, seed: 33, activation: 'tanh' }),
    );
    const optimizer = adam(options);
    const validation = { data: held };
    const { history } = await fit(maximumLikelihood(flow), rows, {
      optimizer,
      epochs,
      batchSize,
      seed: 34,
      validation,
    });
    return { name, gaps: history.map(({ validationLoss }) => validationLoss - exact) };
  };
  return [
    await curve('constant rate', { learningRate: 5e-3 }),
    await curve('constant rate, averaged', { learningRate: 5e-3, ema: 0.99 }),
    await curve('cosine decay', { learningRate: cosineDecay({ from: 5e-3, steps }) }),
  ];
}

/** The gaps by epoch, on a logarithmic axis. */
export function drawLearning(curves) {
  const epochs = curves[0].gaps.length;
  const all = curves.flatMap(({ gaps }) => gaps);
  const powers = [Math.floor(Math.log10(Math.min(...all))), Math.ceil(Math.log10(Math.max(...all)))];
  const x = (epoch) => BOX.left + ((BOX.right - BOX.left) * epoch) / epochs;
  const y = (gap) => BOX.bottom - ((Math.log10(gap) - powers[0]) / (powers[1] - powers[0])) * (BOX.bottom - BOX.top);

  const rows = Array.from({ length: powers[1] - powers[0] + 1 }, (_, i) => 10 ** (powers[0] + i)).map(
    (value) =>
      `<path class="grid" d="M${BOX.left} ${at(y(value))}H${BOX.right}"/>${text(BOX.left - 8, y(value) + 4, Number(value.toPrecision(1)), { kind: 'small', anchor: 'end' })}`,
  );
  const ticks = [0, epochs / 2, epochs].map((epoch) => text(x(epoch), BOX.bottom + 18, epoch, { kind: 'small' }));
  const lines = namedCurves(
    curves.map(({ name, gaps }, i) => ({
      name,
      points: gaps.map((gap, epoch) => [x(epoch + 1), y(gap)]),
      colour: colours[i],
    })),
    BOX.right,
  );
  const axes = `<path class="axis" d="M${BOX.left} ${BOX.top}V${BOX.bottom}H${BOX.right}"/>`;
  const title = text((BOX.left + BOX.right) / 2, HEIGHT - 16, 'epoch', { kind: 'small' });
  const unit = text(BOX.left + 6, BOX.top + 12, 'nats below the density, held-out rows', {
    kind: 'small',
    anchor: 'start',
  });
  const label =
    'Held-out loss by epoch: at a constant rate it jumps about; averaged weights and a decaying rate end lower';
  return figure(WIDTH, HEIGHT, label, [...rows, axes, ...ticks, lines, title, unit].join(''));
}
