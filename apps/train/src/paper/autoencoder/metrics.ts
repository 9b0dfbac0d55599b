import type { PaperTable } from '../table/paper-table.js';

/** What autoencoders are compared by. */
export const autoencoderMetrics: PaperTable['metrics'] = [
  { name: 'elbo', title: 'ELBO' },
  { name: 'logLikelihood', title: 'log p(x)' },
  { name: 'gap', title: 'ELBO − log p(x)' },
];
