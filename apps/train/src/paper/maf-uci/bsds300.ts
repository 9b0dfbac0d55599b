import { UserError } from '../../terminal/errors.js';
import { type Archive, readMatrix, shownFile } from './archive.js';
import type { Splits } from './splits.js';

const fileOf = (part: string) => `BSDS300/${part}.npy`;

/**
 * Patches of photographs of 8 × 8 pixels without their mean, and so without the last pixel, which follows from the others. They are published in their
 * splits, and taken as they are.
 *
 * Source: the paper's appendix D, and `datasets/bsds300.py` of the authors' program.
 */
export async function readBsds300(archive: Archive): Promise<Splits> {
  const read = (part: string) =>
    readMatrix(archive, fileOf(part), {
      published: 'BSDS300/BSDS300.hdf5',
      why: 'is an HDF5 file, which is not read here',
      python:
        "import h5py, numpy; f = h5py.File('BSDS300.hdf5'); [numpy.save(n, f[n][:]) for n in ('train', 'validation', 'test')]",
    });
  const splits = { train: await read('train'), validation: await read('validation'), test: await read('test') };
  for (const part of ['validation', 'test'] as const)
    if (splits[part].columns !== splits.train.columns)
      throw new UserError(
        `${shownFile(archive, fileOf(part))}: must have ${splits.train.columns} columns as train.npy, has ${splits[part].columns}`,
      );
  return splits;
}
