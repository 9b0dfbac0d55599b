export { writeFileAtomic } from './atomic-file.js';
export type { LoadedModule, SaveOptions } from './model-file.js';
export { loadModule, saveModule } from './module-directory.js';
export { type LoadedTensors, loadTensors, type NamedTensors, saveTensors } from './tensors-file.js';
export type { StoredValues } from './element-type.js';
