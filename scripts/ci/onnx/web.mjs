// Exported flows in onnxruntime-web, in headless Chromium: the same log-densities and samples as the flows' own.
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { serveFolder } from '../../shared/serve-folder.mjs';
import { root } from '../../setup.mjs';
import { launchChromium } from '../browser/chromium.mjs';
import { installInto } from '../install-into.mjs';
import { areClose, onnxFlows } from './flows.mjs';

const RUNTIME = '1.30.0';
const directory = path.join(root, '.cache', 'onnx-web');
if (installInto(directory, { 'onnxruntime-web': RUNTIME }) !== 0) process.exit(1);

const runtime = path.join(directory, 'node_modules/onnxruntime-web/dist');
writeFileSync(path.join(runtime, 'index.html'), '<!doctype html>');
const server = await serveFolder(runtime);

/** Runs in the page. */
async function evaluate({ runtime, density, sampler, rows, numbers, context }) {
  const { InferenceSession, Tensor, env } = await import(runtime);
  env.wasm.numThreads = 1;
  const matrix = (values) => new Tensor('float32', Float32Array.from(values), [rows, values.length / rows]);
  const run = async (file, name) => {
    const session = await InferenceSession.create(Uint8Array.from(file));
    return session.run({ [name]: matrix(numbers), context: matrix(context) });
  };
  const { log_prob: logProb } = await run(density, 'x');
  const { x } = await run(sampler, 'noise');
  return { logProb: [...logProb.data], drawn: [...x.data] };
}

const flows = await onnxFlows();
const browser = await launchChromium();
let wrong = 0;
try {
  const page = await browser.newPage();
  await page.goto(server.url);
  for (const { name, density, sampler, rows, numbers, context, logProb, drawn } of flows) {
    const found = await page.evaluate(evaluate, {
      runtime: '/ort.wasm.min.mjs',
      density: [...density],
      sampler: [...sampler],
      rows,
      numbers,
      context,
    });
    const isRight = areClose(found.logProb, logProb) && areClose(found.drawn, drawn);
    console.log(
      `${name}: ${isRight ? 'the same' : `${JSON.stringify(found)} for ${JSON.stringify({ logProb, drawn })}`}`,
    );
    if (!isRight) wrong++;
  }
} finally {
  await browser.close();
  server.close();
}
process.exit(wrong > 0 ? 1 : 0);
