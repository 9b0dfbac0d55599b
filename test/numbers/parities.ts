import { readdirSync, readFileSync } from 'node:fs';
import { tensor, tidy } from '@tensorflow/tfjs-core';
import { type Bijector, bijectorModules } from '@pushforward/bijectors';
import { StandardNormal, Transformed } from '@pushforward/distributions';
import { float64Density } from '@pushforward/distributions/float64';
import { importFlow } from '@pushforward/import';
import { decodeSafetensors } from '@pushforward/io';
import { buildModule, type Json } from '@pushforward/tensor';

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
