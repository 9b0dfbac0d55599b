import { readdirSync, readFileSync } from 'node:fs';
import { tensor, type Tensor, tidy } from '@tensorflow/tfjs-core';
import { type Bijector, bijectorModules } from '@pushforward/bijectors';
import { StandardNormal, Transformed } from '@pushforward/distributions';
import { float64Density } from '@pushforward/distributions/float64';
import { importFlow } from '@pushforward/import';
import { decodeSafetensors } from '@pushforward/io';
import { buildModule, type Json } from '@pushforward/tensor';
import type { Primitive } from './primitives.js';

/** How many results of each primitive are looked at. */
const RESULTS = 20_000;

/** Numbers of float32 from a range: half of them spread evenly, the others with evenly spread exponents, down to a millionth of its ends. */
function numbersOf([low, high]: readonly [number, number], count: number): Float32Array {
  const golden = (Math.sqrt(5) - 1) / 2;
  return Float32Array.from({ length: count }, (_, i) => {
    const u = (0.5 + i * golden) % 1;
    if (i % 2 === 0) return low + (high - low) * u;
    const end = low < 0 && i % 4 === 1 ? low : high;
    const smallest = low > 0 ? low : Math.abs(end) * 1e-6;
    return Math.sign(end) * smallest * (Math.abs(end) / smallest) ** u;
  });
}

/** The distance between two neighbouring numbers of float32. */
function ulpOf(value: number): number {
  return 2 ** Math.max(Math.floor(Math.log2(Math.abs(value))) - 23, -149);
}

/** The largest error of a primitive on the backend that is active, in units of the last place of the exact result. */
export async function worstUlps({ apply, exact, range, width = 1 }: Primitive): Promise<number> {
  const rows = Math.ceil(RESULTS / width);
  const x = numbersOf(range, rows * width);
  const input = tensor(x, width === 1 ? [rows] : [rows, width]);
  const result = tidy(() => apply(input));
  const values = await result.data<'float32'>();
  for (const used of [input, result] as Tensor[]) used.dispose();
  return values.reduce((worst, value, row) => {
    const expected = exact(Array.from(x.subarray(row * width, (row + 1) * width)));
    return Math.max(worst, Math.abs(value - expected) / ulpOf(expected));
  }, 0);
}

/** How far the log-densities of a flow of another library are off those that it computes in float64. */
export interface Parity {
  readonly model: string;
  readonly source: string;
  /** `max |Δ| / (1 + |log p|)` on the backend that is active, and in float64. */
  readonly float32: number;
  readonly float64: number;
}

const here = (path: string) => new URL(path, import.meta.url);
const read = (path: string) => JSON.parse(readFileSync(here(path), 'utf8'));

interface Expected {
  readonly x: number[][];
  readonly context?: number[][];
  readonly logProb: number[];
}

/** The flows whose densities other libraries computed: those that are built here with their weights, and those that are imported. */
export async function parities(): Promise<Parity[]> {
  const built = readdirSync(here('../references/')).map(async (file): Promise<Parity> => {
    const fixture = read(`../references/${file}`) as Expected & {
      source: string;
      bijector: Json;
      variables: Record<string, number[]>;
    };
    using flow = new Transformed(
      new StandardNormal(fixture.x[0].length),
      buildModule<Bijector>(fixture.bijector, bijectorModules),
    );
    for (const [path, variable] of flow.bijector.variables())
      tidy(() => variable.assign(tensor(fixture.variables[path])));
    return { model: file.replace('.json', ''), source: fixture.source, ...(await compare(flow, fixture)) };
  });
  const folder = '../../packages/import/fixtures/';
  const names = readdirSync(here(folder)).flatMap((file) => /^(.*)\.expected\.json$/.exec(file)?.[1] ?? []);
  const imported = names.map(async (name): Promise<Parity> => {
    const { tensors } = decodeSafetensors(readFileSync(here(`${folder}${name}.safetensors`)));
    const description = read(`${folder}${name}.json`) as { source: string };
    using flow = importFlow(tensors, description);
    const difference = await compare(flow, read(`${folder}${name}.expected.json`) as Expected);
    return { model: `${name}, imported`, source: description.source, ...difference };
  });
  return Promise.all([...built, ...imported]);
}

async function compare(
  flow: Transformed,
  { x, context, logProb }: Expected,
): Promise<Omit<Parity, 'model' | 'source'>> {
  const worst = (values: ArrayLike<number>) =>
    logProb.reduce((most, exact, i) => Math.max(most, Math.abs(values[i] - exact) / (1 + Math.abs(exact))), 0);
  const scores = tidy(() => flow.logProb(tensor(x), context && tensor(context)));
  const [float32, exact] = [worst(await scores.data()), await float64Density(flow)];
  scores.dispose();
  const given = context && Float64Array.from(context.flat());
  return { float32, float64: worst(exact.logProb(Float64Array.from(x.flat()), given)) };
}
