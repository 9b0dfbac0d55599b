/** How the posteriors of a variational autoencoder are called in tables and pictures. */
export const POSTERIOR_TITLES = {
  gaussian: 'Gaussian',
  iaf: 'IAF',
  'lstm-iaf': 'LSTM-IAF',
  'attention-iaf': 'Attention-IAF',
} as const;

export type PosteriorName = keyof typeof POSTERIOR_TITLES;

export const POSTERIOR_NAMES = Object.keys(POSTERIOR_TITLES) as PosteriorName[];
