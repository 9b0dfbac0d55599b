import { tensor, type TypedArray, variable } from '@tensorflow/tfjs-core';
import { type BuildModule, type Json, Module, type ModuleConfig, readConfig } from '@pushforward/tensor';

function variableOf(values: TypedArray, shape: number[], dtype: 'float32' | 'int32' | 'bool', trainable: boolean) {
  const initial = tensor(values, shape, dtype);
  const owned = variable(initial, trainable);
  initial.dispose();
  return owned;
}

/** A module with variables of every kind, filled from `start`. */
export class Table extends Module {
  static readonly type = 'Table';
  static override fromConfig(config: ModuleConfig): Table {
    return new Table(readConfig(config, { rows: 'number' }).rows);
  }

  readonly weight;
  readonly order;
  readonly mask;
  readonly level;
  readonly nothing;

  constructor(
    readonly rows: number,
    start = 0,
  ) {
    super();
    const indices = Int32Array.from({ length: rows }, (_, i) => start + i);
    this.weight = variableOf(
      Float32Array.from({ length: rows * 3 }, (_, i) => Math.fround(start + i / 7)),
      [rows, 3],
      'float32',
      true,
    );
    this.order = variableOf(indices, [rows], 'int32', false);
    this.mask = variableOf(
      Uint8Array.from(indices, (index) => index % 2),
      [rows],
      'bool',
      false,
    );
    this.level = variableOf(new Float32Array([start]), [], 'float32', false);
    this.nothing = variableOf(new Float32Array(0), [0, 2], 'float32', true);
  }

  override config(): ModuleConfig {
    return { type: Table.type, rows: this.rows };
  }
}

/** A module of modules. */
export class Stack extends Module {
  static readonly type = 'Stack';
  static override fromConfig(config: ModuleConfig, build: BuildModule): Stack {
    const layers = readConfig(config, { layers: 'list' }).layers.map((layer) => build(layer, Module));
    if (config.broken) throw new Error('stack: is broken');
    return new Stack(layers, config.note);
  }

  constructor(
    readonly layers: readonly Module[],
    readonly note: Json = null,
  ) {
    super();
  }

  override config(): ModuleConfig {
    return { type: Stack.type, note: this.note, layers: this.layers.map((layer) => layer.config()) };
  }
}

export const classes = [Table, Stack];

/** Everything a variable is: its shape, its type, and the bytes of its values. */
export async function contentOf(module: Module): Promise<Record<string, unknown>> {
  const entries = [...module.variables()].map(async ([path, owned]) => {
    const { buffer, byteOffset, byteLength } = await owned.data();
    // As text, which is compared faster; Latin-1 has a character for every byte.
    const bytes = new TextDecoder('latin1').decode(new Uint8Array(buffer, byteOffset, byteLength));
    return [path, { shape: owned.shape, dtype: owned.dtype, trainable: owned.trainable, bytes }];
  });
  return Object.fromEntries(await Promise.all(entries));
}

/** Two modules that no mixture of could pass for one of them, large enough for their writing to take a while. */
export function savedModules(): [Table, Stack] {
  return [new Table(30_000, 1), new Stack([new Table(20_000, 2)])];
}
