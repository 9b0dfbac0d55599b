// Compiles assembly/ into src/wasm/kernels.generated.ts. The binary travels inside the source, as base64, so that neither Node nor
// a bundler nor a plain browser has an asset to find.
import { mkdir, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import asc from 'assemblyscript/asc';

const packageDirectory = fileURLToPath(new URL('..', import.meta.url));
const DATA_SECTION = 11;

/** The ids of a wasm binary's sections, in order. */
function sectionIds(binary) {
  const ids = [];
  let offset = 8;
  while (offset < binary.length) {
    ids.push(binary[offset++]);
    let size = 0;
    for (let shift = 0; ; shift += 7) {
      const byte = binary[offset++];
      size |= (byte & 0x7f) << shift;
      if (byte < 0x80) break;
    }
    offset += size;
  }
  return ids;
}

let binary;
const { error, stderr } = await asc.main(
  [
    'assembly/index.ts',
    '--baseDir',
    packageDirectory,
    '--outFile',
    'kernels.wasm',
    '--importMemory',
    '--noExportMemory',
    '--runtime',
    'stub',
    '--noAssert',
    '-O3',
    '--enable',
    'simd',
    '--enable',
    'threads',
    '--sharedMemory',
    '--maximumMemory',
    '65536',
  ],
  {
    writeFile: (_name, contents) => {
      binary = contents;
    },
  },
);
if (error) {
  console.error(stderr.toString());
  throw error;
}
// Static data would be written over TensorFlow.js's own, at the start of the memory that both modules share.
if (sectionIds(binary).includes(DATA_SECTION)) throw new Error('codegen: the kernels must have no static data');

await mkdir(`${packageDirectory}/src/wasm`, { recursive: true });
await writeFile(
  `${packageDirectory}/src/wasm/kernels.generated.ts`,
  `/** The WebAssembly module compiled from \`assembly/\`, in base64. */\nexport const kernelsBase64 =\n  '${Buffer.from(binary).toString('base64')}';\n`,
);
console.log(`src/wasm/kernels.generated.ts: ${binary.length} bytes of WebAssembly`);
