import { type AnySize, isOfImages } from './size.js';

/**
 * Whose flows are measured: `webgpu` are ours on a GPU, `tensorflow` are the textbook's on TensorFlow's own library, `onnxruntime` ours exported to it, `loops` those of
 * plain JavaScript.
 */
export type Library = 'ours' | 'webgpu' | 'stock' | 'tensorflow' | 'zuko' | 'onnxruntime' | 'loops';

/** What every side can do. */
export type FlowOperation =
  | 'maf-step'
  | 'iaf-step'
  | 'maf-log-prob'
  | 'maf-sample'
  | 'iaf-log-prob'
  | 'iaf-sample'
  | 'vae-gaussian-step'
  | 'vae-iaf-step';

/** The two directions of one MADE layer, which only this project's side takes apart. */
export type LayerOperation =
  | 'layer-parallel'
  | 'layer-sequential'
  | 'layer-parallel-gradient'
  | 'layer-sequential-gradient';

/** What stock TensorFlow.js has no textbook of here. */
export type NetworkOperation =
  | 'nsf-step'
  | 'nsf-log-prob'
  | 'nsf-sample'
  | 'real-nvp-step'
  | 'lstm-iaf-step'
  | 'attention-iaf-step';

/** What a server does for each request: one event in an array comes in, numbers go out. */
export type EventOperation = 'event-log-prob' | 'event-sample';

/** One convolution of images with a bias, and that with the gradients of images, filters and bias. */
export type ConvolutionOperation = 'convolution' | 'convolution-gradient';

export type Operation = ConvolutionOperation | FlowOperation | NetworkOperation | LayerOperation | EventOperation;

/** What is read off a process of its own that takes a few training steps of a MAF. */
export type ProcessFigure = 'first-step' | 'peak-memory';

export const titles: Readonly<Record<Operation | ProcessFigure, string>> = {
  'maf-step': 'MAF, training step by maximum likelihood (ms)',
  'iaf-step': 'IAF, training step by maximum likelihood (ms)',
  'maf-log-prob': 'MAF, log-prob of a batch (ms)',
  'maf-sample': 'MAF, sample of a batch (ms)',
  'iaf-log-prob': 'IAF, log-prob of a batch (ms)',
  'iaf-sample': 'IAF, sample of a batch (ms)',
  'vae-gaussian-step': 'VAE of 784 pixels, Gaussian posterior, training step (ms)',
  'vae-iaf-step': 'VAE of 784 pixels, IAF posterior, training step (ms)',
  'nsf-step': 'NSF of autoregressive splines, training step by maximum likelihood (ms)',
  'nsf-log-prob': 'NSF of autoregressive splines, log-prob of a batch (ms)',
  'nsf-sample': 'NSF of autoregressive splines, sample of a batch (ms)',
  'real-nvp-step': 'RealNVP, training step by maximum likelihood (ms)',
  'lstm-iaf-step': 'LSTM-IAF, training step by maximum likelihood (ms)',
  'attention-iaf-step': 'Attention-IAF, training step by maximum likelihood (ms)',
  'event-log-prob': 'MAF, log-prob of one event, from an array to a number (ms)',
  'event-sample': 'MAF, one sample, as an array (ms)',
  'layer-parallel': 'One MADE layer, parallel direction (ms)',
  'layer-sequential': 'One MADE layer, sequential direction (ms)',
  'layer-parallel-gradient': 'One MADE layer, parallel direction with gradients (ms)',
  'layer-sequential-gradient': 'One MADE layer, sequential direction with gradients (ms)',
  convolution: 'Convolution (ms)',
  'convolution-gradient': 'Convolution with gradients (ms)',
  'first-step': 'From the start of the process to the end of the first MAF step (ms)',
  'peak-memory': 'Peak resident memory after 5 MAF steps (MB)',
};

/** Operations that are compared with each other, so that their samples are taken in turn. */
export const groups: readonly (readonly Operation[])[] = [
  ['maf-step', 'iaf-step'],
  ['maf-log-prob'],
  ['maf-sample'],
  ['iaf-log-prob'],
  ['iaf-sample'],
  ['vae-gaussian-step'],
  ['vae-iaf-step'],
  ['nsf-step'],
  ['nsf-log-prob'],
  ['nsf-sample'],
  ['real-nvp-step'],
  ['lstm-iaf-step', 'attention-iaf-step'],
  ['event-log-prob'],
  ['event-sample'],
  ['layer-parallel', 'layer-sequential'],
  ['layer-parallel-gradient', 'layer-sequential-gradient'],
  ['convolution'],
  ['convolution-gradient'],
];

/** The sequential directions, and the parallel operation that the textbook repeats D times for each. */
export const repeated: Readonly<Partial<Record<Operation, Operation>>> = {
  'iaf-step': 'maf-step',
  'maf-sample': 'maf-log-prob',
  'iaf-log-prob': 'iaf-sample',
  'nsf-sample': 'nsf-log-prob',
};

/** The libraries that score and draw one event, and do nothing else. */
const ofEventsAlone: readonly Library[] = ['onnxruntime', 'loops'];

const ofOursAlone = ['lstm-iaf-step', 'attention-iaf-step'];
const ofOursAndZuko = ['nsf-step', 'nsf-log-prob', 'nsf-sample', 'real-nvp-step'];

/** Whether an operation, or a figure of a process, is measured at a size. */
export const isAt = (size: AnySize, operation: Operation | ProcessFigure): boolean =>
  operation.startsWith('convolution') === isOfImages(size);

/** Whether a library's side has an operation. */
export function isIn(library: Library, operation: Operation): boolean {
  const isOfEvents = operation.startsWith('event-');
  if (library === 'ours') return true;
  // Numbers come back from a GPU as promises alone.
  if (library === 'webgpu') return !isOfEvents;
  if (ofEventsAlone.includes(library)) return isOfEvents;
  if (isOfEvents) return library === 'zuko';
  if (operation.startsWith('layer-') || ofOursAlone.includes(operation)) return false;
  return library === 'zuko' || !ofOursAndZuko.includes(operation);
}
