// Exported flows in onnxruntime-web, in headless Chromium: the same log-densities and samples as the flows' own.
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import path from 'node:path';
import { chromium } from 'playwright';
import { root } from '../setup.mjs';
import { installInto } from './install-into.mjs';
import { areClose, onnxFlows } from './onnx-flows.mjs';

const RUNTIME = '1.30.0';
const directory = path.join(root, '.cache', 'onnx-web');
if (installInto(directory, { 'onnxruntime-web': RUNTIME }) !== 0) process.exit(1);

const types = { '.mjs': 'text/javascript', '.wasm': 'application/wasm' };
const server = createServer((request, response) => {
  const file = path.join(directory, 'node_modules/onnxruntime-web/dist', path.basename(request.url));
  if (request.url === '/') return response.writeHead(200, { 'Content-Type': 'text/html' }).end('<!doctype html>');
  try {
    const content = readFileSync(file);
    return response.writeHead(200, { 'Content-Type': types[path.extname(file)] ?? 'text/plain' }).end(content);
  } catch {
    return response.writeHead(404).end();
  }
});
await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));

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
const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
  args: ['--no-sandbox', '--disable-gpu', '--no-first-run'],
});
let wrong = 0;
try {
  const page = await browser.newPage();
  await page.goto(`http://127.0.0.1:${server.address().port}/`);
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
