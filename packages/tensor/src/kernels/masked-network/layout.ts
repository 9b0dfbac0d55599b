import { activations } from '../activation.js';
import { BLOCK_TILES, IN_ORDER, type Plan, TILE, UNIT_BYTES } from './plan.js';
import { STEP_BYTES } from '../affine-form.js';

/** Words of `Network`, `Layer` and `Node` in `assembly/masked-network.ts`, those that the kernels alone use among them. */
const NETWORK_WORDS = 23;
export const LAYER_WORDS = 16;
const NODE_WORDS = 4;

/** The words that differ from call to call. */
export const NETWORK = { sequential: 5, step: 10, input: 12, value: 13, logDet: 14, inputGradient: 15, records: 17 };
export const LAYER = { weights: 9, offset: 10, offsetPerRow: 11, weightGradient: 14, offsetGradient: 15 };

/** What a layout depends on besides its network. */
interface LayoutKey {
  readonly rows: number;
  readonly threads: number;
  readonly isGradient: boolean;
  /** Whether the tiles' records are a tensor, and not in the threads' own place. */
  readonly isRecorded: boolean;
}

/** Where a call has its structures and its place to work in, in bytes from where it begins; the network's own is first. */
export interface Layout extends LayoutKey {
  readonly bytes: number;
  readonly nodes: number;
  readonly layers: number;
  readonly step: number;
  readonly tables: number;
  /** For each layer, where its weights are copied by rank, if they are. */
  readonly copies: readonly (number | undefined)[];
  readonly adjoints: number;
  readonly work: number;
  readonly workBytes: number;
  /** What {@link imageAt} made last. */
  image?: { readonly base: number; readonly words: Int32Array };
}

const layouts = new WeakMap<Plan, Layout[]>();

/** The layout of a call: that of an earlier one, if it was such a call. */
export function layoutOf(plan: Plan, key: LayoutKey): Layout {
  let known = layouts.get(plan);
  if (!known) layouts.set(plan, (known = []));
  const kind = (key.isGradient ? 2 : 0) + (key.isRecorded ? 1 : 0);
  if (known[kind]?.rows !== key.rows || known[kind].threads !== key.threads) known[kind] = makeLayout(plan, key);
  return known[kind];
}

function makeLayout({ network, counts, dim, tables, layers, recordBytes }: Plan, key: LayoutKey): Layout {
  let bytes = 0;
  const reserve = (size: number) => {
    const at = bytes;
    bytes += Math.ceil(size / UNIT_BYTES) * UNIT_BYTES;
    return at;
  };
  reserve(4 * NETWORK_WORDS);
  const places = {
    nodes: reserve(4 * NODE_WORDS * counts.length),
    layers: reserve(4 * LAYER_WORDS * layers.length),
    step: reserve(STEP_BYTES),
    tables: reserve(tables.byteLength),
  };
  // Going forward the weights are transposed; going back only those of permuted units are copied.
  const copies = network.layers.map(({ from }, l) =>
    key.isGradient && layers[l].unitOrder === IN_ORDER ? undefined : reserve(4 * counts[from] * counts[l + 1]),
  );
  const adjoints = reserve(key.isGradient ? Math.min(BLOCK_TILES, Math.ceil(key.rows / TILE)) * recordBytes : 0);
  const workBytes = UNIT_BYTES * (dim + 1) + (key.isRecorded ? 0 : recordBytes);
  const work = reserve(workBytes * key.threads);
  return { ...key, ...places, copies, adjoints, work, workBytes, bytes };
}

/** The structures and tables of a layout that begins at an address, but for what differs from call to call. */
export function imageAt(layout: Layout, plan: Plan, base: number): Int32Array {
  if (layout.image?.base !== base) layout.image = { base, words: makeImage(layout, plan, base) };
  return layout.image.words;
}

function makeImage(layout: Layout, plan: Plan, base: number): Int32Array {
  const { network, counts } = plan;
  const tableAt = (words: number) => (words === IN_ORDER ? 0 : base + layout.tables + 4 * words);
  const image = new Int32Array((layout.tables + plan.tables.byteLength) / 4);
  image.set([
    network.starts.length - 1,
    plan.dim,
    plan.parameterCount,
    layout.rows,
    activations.indexOf(network.activation),
    0,
    network.layers.length,
    base + layout.layers,
    base + layout.nodes,
    tableAt(plan.dimensionRanks),
    0,
    plan.products,
    0,
    0,
    0,
    0,
    plan.recordBytes,
    0,
    base + layout.adjoints,
    base + layout.work,
    layout.workBytes,
  ]);
  image.set(
    plan.nodes.flatMap(({ starts, values, reads }, node) => [counts[node], tableAt(starts), values, reads]),
    layout.nodes / 4,
  );
  for (const [l, { from, skip = -1 }] of network.layers.entries()) {
    const { limits, firsts, inputOrder, unitOrder, unitRanks } = plan.layers[l];
    const copy = layout.copies[l] === undefined ? 0 : base + layout.copies[l];
    const tables = [limits, firsts, inputOrder, unitOrder, unitRanks].map(tableAt);
    const ofCopies = layout.isGradient ? [0, copy] : [copy, 0];
    image.set(
      [from, skip, counts[from], counts[l + 1], ...tables, 0, 0, 0, ...ofCopies],
      layout.layers / 4 + LAYER_WORDS * l,
    );
  }
  image.set(plan.tables, layout.tables / 4);
  return image;
}
