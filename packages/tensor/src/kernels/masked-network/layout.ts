import { IN_ORDER, type Plan } from './plan.js';
import { Arena } from '../../wasm/arena.js';
import {
  AffineFormStruct,
  BLOCK_TILES,
  MaskedLayerStruct,
  MaskedNetworkStruct,
  MaskedNodeStruct,
  OUTER_BYTES,
  TILE,
  UNIT_BYTES,
} from '../../wasm/structs.generated.js';

/** What a layout depends on besides its network. */
interface LayoutKey {
  readonly rows: number;
  readonly threads: number;
  readonly isGradient: boolean;
  /** Whether the tiles' records are a tensor, and not in the threads' own place. */
  readonly isRecorded: boolean;
}

/** Where a call has its structures and its working memory, as offsets from where it begins. */
interface Layout extends LayoutKey {
  readonly bytes: number;
  readonly network: number;
  readonly nodes: number;
  readonly layers: number;
  readonly form: number;
  readonly tables: number;
  /** For each layer, where its weights are copied by degree, if they are. */
  readonly copies: readonly (number | undefined)[];
  readonly adjoints: number;
  readonly work: number;
  readonly workBytes: number;
}

const layouts = new WeakMap<Plan, Layout[]>();

/** The layout of a call: that of an earlier one, if it was such a call. */
export function layoutOf(plan: Plan, key: LayoutKey): Layout {
  let made = layouts.get(plan);
  if (!made) layouts.set(plan, (made = []));
  const kind = (key.isGradient ? 2 : 0) + (key.isRecorded ? 1 : 0);
  if (made[kind]?.rows !== key.rows || made[kind].threads !== key.threads) made[kind] = makeLayout(plan, key);
  return made[kind];
}

function makeLayout({ network, counts, dim, tables, layers, recordBytes }: Plan, key: LayoutKey): Layout {
  const arena = new Arena();
  const offsets = {
    network: arena.reserve(MaskedNetworkStruct.bytes),
    nodes: arena.reserve(MaskedNodeStruct.bytes * counts.length),
    layers: arena.reserve(MaskedLayerStruct.bytes * layers.length),
    form: arena.reserve(AffineFormStruct.bytes),
    tables: arena.reserve(tables.byteLength),
  };
  // Going forward the weights are transposed; going back only those of permuted units are copied.
  const copies = network.layers.map(({ from }, l) =>
    key.isGradient && layers[l].unitOrder === IN_ORDER ? undefined : arena.reserve(4 * counts[from] * counts[l + 1]),
  );
  const adjoints = arena.reserve(key.isGradient ? Math.min(BLOCK_TILES, Math.ceil(key.rows / TILE)) * recordBytes : 0);
  const tileWork = UNIT_BYTES * (dim + 1) + (key.isRecorded ? 0 : recordBytes);
  const workBytes = key.isGradient ? Math.max(tileWork, OUTER_BYTES) : tileWork;
  const work = arena.reserve(workBytes * key.threads);
  return { ...key, ...offsets, copies, adjoints, work, workBytes, bytes: arena.bytes };
}
