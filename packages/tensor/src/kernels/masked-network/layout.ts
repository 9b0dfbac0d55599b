import { IN_ORDER, type Plan } from './plan.js';
import { Arena } from '../../wasm/arena.js';
import {
  AffineFormStruct,
  BLOCK_TILES,
  MaskedLayerStruct,
  MaskedNetworkStruct,
  MaskedNodeStruct,
  OUTER_BYTES,
  SplinesStruct,
  TILE,
  UNIT_BYTES,
} from '../../wasm/structs.generated.js';

/** Settings of a layout besides its network. */
interface LayoutKey {
  readonly rows: number;
  readonly threads: number;
  readonly isGradient: boolean;
  /** Whether the tiles' records are a tensor, and not in the threads' own place. */
  readonly isRecorded: boolean;
  /** Bytes of work space for splines for each thread, 0 where there are none. */
  readonly splineBytes: number;
}

/** The layout of a call's structures and working memory, as offsets from its beginning. */
interface Layout extends LayoutKey {
  readonly bytes: number;
  readonly network: number;
  readonly nodes: number;
  readonly layers: number;
  readonly form: number;
  readonly splines: number;
  readonly splineWork: number;
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
  const kind = (key.splineBytes > 0 ? 4 : 0) + (key.isGradient ? 2 : 0) + (key.isRecorded ? 1 : 0);
  const { rows, threads, splineBytes } = made[kind] ?? {};
  if (rows !== key.rows || threads !== key.threads || splineBytes !== key.splineBytes)
    made[kind] = makeLayout(plan, key);
  return made[kind];
}

function makeLayout({ counts, dim, tables, layers, recordBytes }: Plan, key: LayoutKey): Layout {
  const arena = new Arena();
  const offsets = {
    network: arena.reserve(MaskedNetworkStruct.bytes),
    nodes: arena.reserve(MaskedNodeStruct.bytes * counts.length),
    layers: arena.reserve(MaskedLayerStruct.bytes * layers.length),
    form: arena.reserve(AffineFormStruct.bytes),
    splines: arena.reserve(key.splineBytes > 0 ? SplinesStruct.bytes : 0),
    tables: arena.reserve(tables.byteLength),
  };
  // Going forward the weights are transposed; going back only those of permuted units are copied.
  const copies = layers.map(({ inputs, unitOrder }, l) =>
    key.isGradient && unitOrder === IN_ORDER ? undefined : arena.reserve(4 * inputs * counts[l + 1]),
  );
  const adjoints = arena.reserve(key.isGradient ? Math.min(BLOCK_TILES, Math.ceil(key.rows / TILE)) * recordBytes : 0);
  const inputs = key.isGradient && key.splineBytes > 0 ? 2 * dim : dim;
  const tileWork = UNIT_BYTES * (inputs + 1) + (key.isRecorded ? 0 : recordBytes);
  const workBytes = key.isGradient ? Math.max(tileWork, OUTER_BYTES) : tileWork;
  const work = arena.reserve(workBytes * key.threads);
  const splineWork = arena.reserve(key.splineBytes * key.threads);
  return { ...key, ...offsets, copies, adjoints, work, workBytes, splineWork, bytes: arena.bytes };
}
