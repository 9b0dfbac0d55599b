import { fingerprint } from '../../files/fingerprint.js';
import { formatCount } from '../../statistics/statistics.js';
import { UserError } from '../../terminal/errors.js';
import type { Claim, PaperTable, TableRow } from '../table/paper-table.js';
import { type DataSet, dataSets, readDataSet } from './data-sets.js';
import type { Splits } from './splits.js';
import { trainRow } from './train-row.js';

type Published = readonly [mean: number, error: number];

/** By model, what the paper prints of each data set, in the order of {@link dataSets}. */
const models: readonly { name: string; title: string; published: readonly Published[] }[] = [
  {
    name: 'made',
    title: 'MADE',
    published: [
      [-3.08, 0.03],
      [3.56, 0.04],
      [-20.98, 0.02],
      [-15.59, 0.5],
      [148.85, 0.28],
    ],
  },
  {
    name: 'made-mog',
    title: 'MADE MoG',
    published: [
      [0.4, 0.01],
      [8.47, 0.02],
      [-15.15, 0.02],
      [-12.27, 0.47],
      [153.71, 0.28],
    ],
  },
  {
    name: 'real-nvp-5',
    title: 'RealNVP (5)',
    published: [
      [-0.02, 0.01],
      [4.78, 1.8],
      [-19.62, 0.02],
      [-13.55, 0.49],
      [152.97, 0.28],
    ],
  },
  {
    name: 'real-nvp-10',
    title: 'RealNVP (10)',
    published: [
      [0.17, 0.01],
      [8.33, 0.14],
      [-18.71, 0.02],
      [-13.84, 0.52],
      [153.28, 1.78],
    ],
  },
  {
    name: 'maf-5',
    title: 'MAF (5)',
    published: [
      [0.14, 0.01],
      [9.07, 0.02],
      [-17.7, 0.02],
      [-11.75, 0.44],
      [155.69, 0.28],
    ],
  },
  {
    name: 'maf-10',
    title: 'MAF (10)',
    published: [
      [0.24, 0.01],
      [10.08, 0.02],
      [-17.73, 0.02],
      [-12.24, 0.45],
      [154.93, 0.28],
    ],
  },
  {
    name: 'maf-mog-5',
    title: 'MAF MoG (5)',
    published: [
      [0.3, 0.01],
      [9.59, 0.02],
      [-17.39, 0.02],
      [-11.68, 0.44],
      [156.36, 0.28],
    ],
  },
];

const rows = dataSets.flatMap((set, i) =>
  models.map((model) => {
    const [mean, error] = model.published[i];
    const row: TableRow = {
      name: `${set.name}-${model.name}`,
      title: `${set.title}, ${model.title}`,
      published: { logProb: { mean, error } },
    };
    return { set, model: model.name, row };
  }),
);

/** On every data set of the paper. What small networks and few rows show of it has not been seen. */
const above = (better: string, worse: string): Claim[] =>
  dataSets.map(({ name }) => ({
    metric: 'logProb',
    better: `${name}-${better}`,
    worse: `${name}-${worse}`,
    isQuick: false,
  }));

/** Table 1 of the paper of masked autoregressive flows. */
export const mafUci: PaperTable = {
  name: 'maf-uci',
  title: 'Masked autoregressive flows on the tables of UCI and on patches of photographs',
  source: 'Papamakarios, Pavlakou and Murray 2017, “Masked autoregressive flow for density estimation”, table 1',
  differences:
    'Data, splits, batches, learning rates, the L2 penalty, batch normalisation and stopping are the paper’s. Unlike there, where validation data choose between one and two hidden layers, and of BSDS300 between 512 and 1,024 units, every network has two layers, of 512 units there; columns are first standardised by the training rows, layers start at the identity, the mixtures of MAF MoG and its affine layers are trained together from the start, and the networks of a coupling layer share their hidden units.',
  metrics: [{ name: 'logProb', title: 'log p(x)' }],
  rows: rows.map(({ row }) => row),
  claims: [
    ...above('real-nvp-5', 'made'),
    ...above('made-mog', 'made'),
    ...above('maf-5', 'real-nvp-5'),
    ...above('maf-mog-5', 'maf-5'),
  ],
  async prepare(cwd, options) {
    if (options.data === null)
      throw new UserError(
        'maf-uci: --data must name the directory that the paper’s authors publish, with power/data.npy and the like',
      );
    const archive = { cwd, name: options.data };
    const wanted = dataSets.filter((set) =>
      rows.some(({ set: own, row }) => own === set && options.rows.includes(row.name)),
    );
    const read: { set: DataSet; splits: Splits }[] = [];
    for (const set of wanted) read.push({ set, splits: await readDataSet(set, archive, options.quick) });
    const parts = read.flatMap(({ splits }) => [splits.train, splits.validation, splits.test]);
    return {
      source: read
        .map(
          ({ set, splits: { train, validation, test } }) =>
            `${set.title} of ${formatCount(train.rows)} × ${train.columns}, validated on ${formatCount(validation.rows)} and tested on ${formatCount(test.rows)}`,
        )
        .join('; '),
      data: fingerprint(
        parts.reduce((sum, part) => sum + part.rows, 0),
        null,
        parts.map(({ values }) => values),
      ),
      train: (name, work) => {
        const { set, model } = rows.find(({ row }) => row.name === name)!;
        return trainRow(set, model, read.find((one) => one.set === set)!.splits, options.quick, work);
      },
    };
  },
};
