// Writes what `src/` embeds or shares with other languages: the kernels compiled from `assembly/` and their structures, and the shaders.
import { writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { kernelsModule } from './codegen/kernels.mjs';
import { shaderModules } from './codegen/shaders.mjs';
import { structsModule } from './codegen/structs.mjs';

const directory = fileURLToPath(new URL('..', import.meta.url));
const modules = {
  'src/wasm/kernels.generated.ts': await kernelsModule(directory),
  'src/wasm/structs.generated.ts': await structsModule(directory),
  ...(await shaderModules(directory)),
};
for (const [path, text] of Object.entries(modules)) {
  await writeFile(`${directory}/${path}`, text);
  console.log(`${path}: ${text.length} characters`);
}
