import { BATCH_SIZE, CLIP_NORM, LEARNING_RATE } from '../model/optimization.js';
import { dataSets } from '../data/data-sets.js';
import { type PreparedRows, type Rows, TEST_COUNT, TEST_SEED, TRAIN_COUNT, TRAIN_SEED } from '../model/prepare-rows.js';
import { type Recipe, recipeOf, type RunSpec } from '../model/recipe.js';

/**
 * A complete program for Node that repeats a run: the same rows, the same weights, the same numbers.
 *
 * @param backend what the run was computed by, where that is known
 */
export function programOf(
  { source, settings }: RunSpec,
  rows: PreparedRows,
  steps: number,
  backend: string | undefined,
): string {
  const { factory, options } = recipeOf(settings, rows.contexts.length);
  const isTable = source.kind !== 'set';
  const hasContext = rows.contexts.length > 0;
  const data = source.kind === 'set' ? { load: setOf(dataSets[source.name]), end: '' } : tableOf(rows);
  const tensorNames = ['useBackend', ...(isTable ? [] : ['key', 'normal', 'split', 'uniform'])].toSorted();
  return `// npm i @pushforward/bijectors @pushforward/distributions @pushforward/tensor @pushforward/training @tensorflow/tfjs @tensorflow/tfjs-backend-wasm
// Save this as flow.mjs, then: node flow.mjs
// ${backend === undefined ? 'The run is one of another browser' : `The page computed by ${backend}`}; other kernels round differently, and training enlarges that.
import * as tf from '@tensorflow/tfjs';
import { Chain, fitStandardization, ${factory} } from '@pushforward/bijectors';
import { maximumLikelihood, StandardNormal, Transformed } from '@pushforward/distributions';
import { ${tensorNames.join(', ')} } from '@pushforward/tensor';
import { adam, cosineDecay, fit } from '@pushforward/training';

await useBackend('wasm');

${data.load}

const flow = new Transformed(
  new StandardNormal(2),
  new Chain([
    ${factory}(${literal(options)}),
    await fitStandardization(${hasContext ? 'train.x' : 'train'}),
  ]),
);

await fit(maximumLikelihood(flow), train, {
  optimizer: adam({ learningRate: cosineDecay({ from: ${LEARNING_RATE}, steps: ${settings.steps} }), clipNorm: ${CLIP_NORM} }),
  steps: ${steps},
  batchSize: ${BATCH_SIZE},
  seed: ${settings.seed},
  onStep: ({ step, loss }) => step % 100 === 0 && console.log(\`step \${step}: loss \${loss.toFixed(4)}\`),
});

const [loss] = await tf.neg(tf.mean(flow.logProb(${hasContext ? 'test.x, test.context' : 'test'}))).data();
console.log(\`held-out loss \${loss.toFixed(6)} nats\`);
${data.end}`;
}

function setOf({ title, text }: { title: string; text: string }): string {
  return `// ${title}: a point of the plane from two uniform and two normal numbers.
const warp = ${text};

async function draw(count, seed) {
  const [uniformKey, normalKey] = split(key(seed));
  const u = await uniform(uniformKey, [count, 2]).array();
  const n = await normal(normalKey, [count, 2]).array();
  return tf.tensor2d(u.map((row, i) => warp(row, n[i])));
}

const train = await draw(${TRAIN_COUNT}, ${TRAIN_SEED});
const test = await draw(${TEST_COUNT}, ${TEST_SEED});`;
}

function tableOf({ train, test, contexts }: PreparedRows): { load: string; end: string } {
  const width = contexts.length;
  const names = contexts.map(({ name }) => name.replaceAll(/\s+/g, ' ')).join(', ');
  const note = width > 0 ? `, and the context, standardised: ${names}` : '';
  const of = (name: string, { count }: Rows) =>
    width > 0
      ? `const ${name} = { x: tf.tensor2d(numbers(rows.${name}), [${count}, 2]), context: tf.tensor2d(numbers(rows.${name}Context), [${count}, ${width}]) };`
      : `const ${name} = tf.tensor2d(numbers(rows.${name}), [${count}, 2]);`;
  const entries = [
    ['train', train.x],
    ['test', test.x],
    ...(width > 0
      ? [
          ['trainContext', train.context!],
          ['testContext', test.context!],
        ]
      : []),
  ] as [string, Float32Array][];
  const load = `// Your rows${note}; their numbers are at the end of this file.
const rows = yourRows();
const numbers = (text) => new Float32Array(new Uint8Array(Buffer.from(text, 'base64')).buffer);
${of('train', train)}
${of('test', test)}`;
  const end = `
function yourRows() {
  return {
${entries.map(([name, values]) => `    ${name}: '${base64(values)}',`).join('\n')}
  };
}
`;
  return { load, end };
}

function base64(values: Float32Array): string {
  const bytes = new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
  return btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(''));
}

type Value = Recipe['options'][string];

/** An object of numbers, texts and lists of numbers as a programmer writes it. */
function literal(options: Recipe['options']): string {
  const entries = Object.entries(options).map(([name, value]) => `${name}: ${literalOf(value)}`);
  return `{ ${entries.join(', ')} }`;
}

function literalOf(value: Value): string {
  if (typeof value === 'string') return `'${value}'`;
  return typeof value === 'number' ? String(value) : `[${value.join(', ')}]`;
}
