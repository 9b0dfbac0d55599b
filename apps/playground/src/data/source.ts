import { type DataSetName, dataSets } from './data-sets.js';

/** Where the rows of a run come from. */
export type Source = { readonly kind: 'set'; readonly name: DataSetName } | { readonly kind: 'throws' } | Table;

/** Rows of the reader's own, drawn or read from a file. */
export interface Table {
  readonly kind: 'table';
  readonly title: string;
  readonly names: readonly [x: string, y: string];
  /** `[N, 2]`, flat. */
  readonly x: Float32Array;
  /** What the density is conditional on, `[N, C]`, flat. */
  readonly context?: { readonly names: readonly string[]; readonly values: Float32Array };
}

export function titleOf(source: Source): string {
  if (source.kind === 'set') return dataSets[source.name].title;
  return source.kind === 'throws' ? 'Throws' : source.title;
}

/** The names of the two columns. */
export function namesOf(source: Source): readonly [x: string, y: string] {
  if (source.kind === 'table') return source.names;
  return source.kind === 'throws' ? ['angle', 'speed'] : ['x', 'y'];
}
