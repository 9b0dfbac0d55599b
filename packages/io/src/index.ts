export {
  decodeSafetensors,
  encodeSafetensors,
  type Safetensors,
  type StoredTensor,
} from './safetensors/safetensors.js';
export type { StoredDtype, StoredValues } from './safetensors/element-type.js';
export { packModule, unpackModule } from './models/pack.js';
export type { LoadedModule, SaveOptions } from './models/model-file.js';
export { crc32 } from './files/crc32.js';
