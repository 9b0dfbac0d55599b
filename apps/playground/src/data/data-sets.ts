import { warp as checkerboard } from './sets/checkerboard.js';
import checkerboardText from './sets/checkerboard.ts?raw';
import { warp as gaussians } from './sets/gaussians.js';
import gaussiansText from './sets/gaussians.ts?raw';
import { warp as pinwheel } from './sets/pinwheel.js';
import pinwheelText from './sets/pinwheel.ts?raw';
import { warp as rings } from './sets/rings.js';
import ringsText from './sets/rings.ts?raw';
import { warp as spirals } from './sets/spirals.js';
import spiralsText from './sets/spirals.ts?raw';
import { warp as twoMoons } from './sets/two-moons.js';
import twoMoonsText from './sets/two-moons.ts?raw';
import type { Warp } from './warp.js';

/** A density of the plane that comes with the playground. */
export interface DataSet {
  readonly title: string;
  /** −∫ p log p in nats, which no model's held-out loss can pass but by chance. */
  readonly entropy: number;
  readonly warp: Warp;
  /** The function as the reader sees it. */
  readonly text: string;
}

/** The text of a warp's file from the function on. */
const functionIn = (file: string) => file.slice(file.indexOf('([')).trimEnd().replace(/;$/, '');

export const dataSets = {
  'two-moons': { title: 'Two moons', entropy: 1.0212, warp: twoMoons, text: functionIn(twoMoonsText) },
  rings: { title: 'Rings', entropy: 2.2195, warp: rings, text: functionIn(ringsText) },
  checkerboard: {
    title: 'Checkerboard',
    entropy: Math.log(8),
    warp: checkerboard,
    text: functionIn(checkerboardText),
  },
  spirals: { title: 'Spirals', entropy: 2.1987, warp: spirals, text: functionIn(spiralsText) },
  pinwheel: { title: 'Pinwheel', entropy: 1.8125, warp: pinwheel, text: functionIn(pinwheelText) },
  gaussians: { title: 'Eight Gaussians', entropy: 2.7399, warp: gaussians, text: functionIn(gaussiansText) },
} as const satisfies Record<string, DataSet>;

export type DataSetName = keyof typeof dataSets;

export const dataSetNames = Object.keys(dataSets) as DataSetName[];

export const isDataSetName = (name: string): name is DataSetName => Object.hasOwn(dataSets, name);
