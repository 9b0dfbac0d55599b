import {
  adjointsWgsl,
  networkWgsl,
  offsetGradientWgsl,
  tablesWgsl,
  tileWgsl,
  weightGradientWgsl,
} from './shaders.generated.js';
import { constantsWgsl } from '../../wasm/structs.generated.js';
import { mathWgsl } from '../../gpu/shaders.generated.js';

const ofTiles = [constantsWgsl, mathWgsl, tablesWgsl, tileWgsl];
const ofSums = [constantsWgsl, tablesWgsl];

export const NETWORK = [...ofTiles, networkWgsl].join('\n');
export const ADJOINTS = [...ofTiles, adjointsWgsl].join('\n');
export const WEIGHT_GRADIENT = [...ofSums, weightGradientWgsl].join('\n');
export const OFFSET_GRADIENT = [...ofSums, offsetGradientWgsl].join('\n');
