import { compile } from './compile.mjs';

const DATA_SECTION = 11;

/**
 * Compiles the kernels into a module that carries them as base64, so that neither Node nor a bundler nor a plain browser has an asset to
 * find.
 */
export async function kernelsModule(directory) {
  const binary = await compile(directory, 'assembly/index.ts', [
    '--importMemory',
    '--noExportMemory',
    '--runtime',
    'stub',
    '--noAssert',
    '-O3',
    '--sharedMemory',
    '--maximumMemory',
    '65536',
  ]);
  // Static data would be written over TensorFlow.js's own, at the start of the memory that both modules share.
  if (sectionIds(binary).includes(DATA_SECTION)) throw new Error('codegen: the kernels must have no static data');
  return `/** The WebAssembly module compiled from \`assembly/\`, in base64. */\nexport const kernelsBase64 =\n  '${Buffer.from(binary).toString('base64')}';\n`;
}

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
