/** What a run of `train` is determined by, together with the file. A type, so that it is JSON. */
export type DensitySettings = {
  /** The absolute path of the CSV file. */
  data: string;
  flow: 'maf' | 'iaf';
  transforms: number;
  hidden: number[];
  epochs: number;
  patience: number;
  batch: number;
  lr: number;
  /** The part of the rows to validate on. */
  validation: number;
  /** The part of the rows to test on. */
  test: number;
  seed: number;
};
