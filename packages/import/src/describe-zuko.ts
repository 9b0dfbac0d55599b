import type { StoredTensor } from '@pushforward/io';
import { checkOptions, type Activation, formatValue, type Json } from '@pushforward/tensor';

/** The options of a zuko flow that its arrays do not show. */
export interface ZukoOptions {
  /** The nonlinearity of its networks. Default `'relu'`, as in zuko. */
  activation?: Activation;
  /** Up to where its splines reach. Default 5, as in zuko. */
  bound?: number;
  /** The smallest slope of its maps. Default 0.001, as in zuko. */
  slope?: number;
}

/**
 * The description of a flow of zuko, from the names and shapes of its arrays, for {@link importFlow}: of `MAF`, `NSF` and `NICE`, or others of the same layers.
 *
 * The arrays do not say which activation and which bounds the flow was made with: if they are not zuko's defaults, give them, or the densities are wrong.
 *
 * @throws Error, in one line, if the arrays are not those of such a flow
 *
 * @example
 * ```ts
 * import { readFile } from 'node:fs/promises';
 * import { decodeTorch, describeZuko, importFlow } from '@pushforward/import';
 *
 * async function load(file: string) {
 *   const arrays = decodeTorch(await readFile(file)); // torch.save(flow.state_dict(), file)
 *   return importFlow(arrays, describeZuko(arrays, { activation: 'elu' }));
 * }
 * console.log(typeof load); // function
 * ```
 */
export function describeZuko(arrays: ReadonlyMap<string, StoredTensor>, options: ZukoOptions = {}): Json {
  checkOptions('describeZuko', options, ['activation', 'bound', 'slope']);
  const { activation = 'relu', bound = 5, slope = 1e-3 } = options;
  // Before version 1.2 buffers had numbers for names.
  const [locName, scaleName] = arrays.has('base.loc') ? ['base.loc', 'base.scale'] : ['base._0', 'base._1'];
  const loc = arrays.get(locName)?.shape ?? [];
  const numbers = [...arrays.keys()].flatMap((name) => /^transform\.transforms\.(\d+)\./.exec(name)?.[1] ?? []);
  const count = Math.max(-1, ...numbers.map(Number)) + 1;
  const [features] = loc;
  if (count === 0 || loc.length !== 1)
    throw new Error(
      `describeZuko: arrays must be those of a zuko flow, got ${formatValue([...arrays.keys()].slice(0, 3))}`,
    );
  let context = 0;
  const steps = Array.from({ length: count }, (_, i): Json => {
    const prefix = `transform.transforms.${i}`;
    const layers = layersOf(arrays, `${prefix}.hyper`);
    const shapeOf = (name: string) => arrays.get(`${name}.weight`)?.shape ?? [];
    if (layers.length === 0)
      throw new Error(`describeZuko: ${prefix} must be a masked autoregressive or a coupling layer`);
    const [inputs, outputs] = [shapeOf(layers[0])[1], shapeOf(layers.at(-1)!)[0]];
    const isMasked = arrays.has(`${layers[0]}.mask`);
    // A single dimension is transformed by the context alone.
    const stay = arrays.get(`${prefix}.mask`)?.values ?? new Uint8Array(features);
    const transformed = isMasked ? undefined : [...stay.keys()].filter((at) => stay[at] === 0);
    const stays = transformed ? features - transformed.length : features;
    context = inputs - stays;
    const univariate = univariateOf(outputs / (transformed?.length ?? features), { bound, slope });
    if (!univariate)
      throw new Error(`describeZuko: ${prefix} must have affine or spline maps, got ${outputs} parameters`);
    return transformed
      ? { type: 'coupling', transformed, network: { type: 'mlp', layers, activation }, univariate }
      : { type: 'autoregressive', network: { type: 'masked', layers, activation, residual: false }, univariate };
  });
  const base = { type: 'normal', loc: locName, scale: scaleName };
  return { type: 'pushforward-flow', version: 1, source: 'zuko', features, context, steps, base };
}

/** The names of a network's layers, in their order; a network with blocks in it is none of those that are known. */
function layersOf(arrays: ReadonlyMap<string, StoredTensor>, prefix: string): string[] {
  const own = [...arrays.keys()].filter((name) => name.startsWith(`${prefix}.`));
  if (own.some((name) => !/^\d+\.(?:weight|bias|mask)$/.test(name.slice(prefix.length + 1)))) return [];
  return own
    .filter((name) => name.endsWith('.weight'))
    .map((name) => Number(name.slice(prefix.length + 1).split('.')[0]))
    .toSorted((a, b) => a - b)
    .map((layer) => `${prefix}.${layer}`);
}

/** By the number of parameters: two of an affine map, one of a shift, 3K − 1 of a spline. */
function univariateOf(parameters: number, { bound, slope }: { bound: number; slope: number }): Json | undefined {
  if (parameters === 1) return { type: 'shift' };
  if (parameters === 2) return { type: 'softclip-affine', slope };
  const bins = (parameters + 1) / 3;
  return Number.isInteger(bins) ? { type: 'softclip-spline', bins, bound, slope } : undefined;
}
