export { decodeSafetensors, encodeSafetensors, type Safetensors, type StoredTensor } from './safetensors.js';
export type { StoredDtype, StoredValues } from './element-type.js';
export { packModule, unpackModule } from './pack.js';
export type { LoadedModule, SaveOptions } from './model-file.js';
