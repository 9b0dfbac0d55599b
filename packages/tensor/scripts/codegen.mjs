// Writes what `src/` embeds or shares with other languages: the kernels compiled from `assembly/` and their structures, and the shaders.
import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { kernelModules } from './codegen/kernels.mjs';
import { shaderModules } from './codegen/shaders.mjs';
import { structsModule } from './codegen/structs.mjs';

const directory = fileURLToPath(new URL('..', import.meta.url));
const modules = {
  ...(await kernelModules(directory)),
  'src/wasm/structs.generated.ts': await structsModule(directory),
  ...(await shaderModules(directory)),
};
for (const [file, text] of Object.entries(modules)) {
  await mkdir(path.dirname(`${directory}/${file}`), { recursive: true });
  await writeFile(`${directory}/${file}`, text);
  console.log(`${file}: ${text.length} characters`);
}
