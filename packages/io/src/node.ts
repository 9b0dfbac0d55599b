export { writeFileAtomic } from './files/atomic-file.js';
export type { LoadedModule, SaveOptions } from './models/model-file.js';
export { loadModule, saveModule } from './models/module-directory.js';
export { type LoadedTensors, loadTensors, type NamedTensors, saveTensors } from './models/tensors-file.js';
export type { StoredValues } from './safetensors/element-type.js';
