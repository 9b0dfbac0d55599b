import type { PosteriorName } from '../autoencoder/models.js';
import type { ViewBox } from '../draw/view-box.js';
import type { ContextColumn } from '../model/prepare-rows.js';
import type { RunSpec, Settings } from '../model/recipe.js';

export type BackendChoice = 'wasm' | 'webgpu';

/** A run as it is told beside a saved model: rows of the reader's own stay where they are. */
export interface SharedRun {
  readonly title: string;
  readonly set: string | null;
  readonly names: readonly string[];
  readonly settings: Settings;
  readonly contexts: readonly ContextColumn[];
  readonly box: ViewBox;
  readonly step: number;
}

/** What the page asks of the worker; an answer or an event names the run it is of. */
export type Request =
  | { type: 'start'; backend: BackendChoice }
  | { type: 'train'; run: number; spec: RunSpec }
  | { type: 'stop' }
  | { type: 'view'; id: number; snapshot: number | null; context: readonly number[] }
  | { type: 'open'; run: number; bytes: Uint8Array }
  | { type: 'pack'; id: number; as: 'archive' | 'safetensors' }
  | { type: 'program'; id: number }
  | { type: 'compare'; id: number; dim: number; width: number; depth: number }
  | { type: 'digits'; id: number }
  | { type: 'posteriors'; id: number; pixels: Uint8Array }
  | { type: 'decode'; id: number; model: PosteriorName; z: Float32Array }
  | { type: 'sample'; id: number; model: PosteriorName; count: number; seed: number };

/** What a flow looks like at one step. */
export interface Frame {
  readonly step: number;
  /** −log p of the held-out rows, in nats; NaN where a model came without rows. */
  readonly heldOut: number;
  /** log p at the middles of `size · size` cells of the box, from the top left. */
  readonly logDensity: Float32Array;
  readonly size: number;
  /** `[N, 2]` */
  readonly samples: Float32Array;
  /** Lines across the base, pushed forward: `[2, lines, points, 2]`. */
  readonly grid: { readonly lines: number; readonly points: number; readonly values: Float32Array };
  readonly tensors: number;
}

export type Event =
  | { type: 'ready'; backend: string }
  | {
      type: 'begin';
      run: number;
      box: ViewBox;
      points: Float32Array;
      contexts: readonly ContextColumn[];
      shared?: SharedRun;
    }
  | { type: 'frame'; run: number; frame: Frame; losses: Float32Array; snapshots: number; stepsPerSecond: number }
  | { type: 'view'; run: number; frame: Frame; snapshot: number | null }
  | { type: 'done'; run: number; steps: number; seconds: number; heldOut: number; parameters: number }
  | { type: 'error'; run: number; message: string }
  | { type: 'answer'; id: number; value: unknown }
  | { type: 'refusal'; id: number; message: string };

/** How long each direction of a flow takes, in milliseconds for 256 rows. */
export interface Comparison {
  readonly dim: number;
  readonly rows: readonly {
    readonly flow: 'MAF' | 'IAF';
    readonly direction: 'density' | 'sampling';
    readonly kind: 'one pass' | 'one sweep' | 'D passes';
    readonly milliseconds: number;
  }[];
}
