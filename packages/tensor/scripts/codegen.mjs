// Writes what `src/` knows of `assembly/`: the compiled kernels, and the structures and constants that both sides share.
import { writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { kernelsModule } from './codegen/kernels.mjs';
import { structsModule } from './codegen/structs.mjs';

const directory = fileURLToPath(new URL('..', import.meta.url));
const modules = { 'src/wasm/kernels.generated.ts': kernelsModule, 'src/wasm/structs.generated.ts': structsModule };
for (const [path, make] of Object.entries(modules)) {
  const text = await make(directory);
  await writeFile(`${directory}/${path}`, text);
  console.log(`${path}: ${text.length} characters`);
}
