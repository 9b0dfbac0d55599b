import { compile } from './compile.mjs';
import { keepConstantsInMemory } from './constants.mjs';

const DATA_SECTION = 11;

/** What each build is compiled with: `WIDE` are register tiles shaped for 256-bit vectors. */
const BUILDS = {
  plain: ['--use', 'WIDE=0'],
  relaxed: ['--use', 'WIDE=0', '--enable', 'relaxed-simd'],
  wide: ['--use', 'WIDE=1', '--enable', 'relaxed-simd'],
};

/**
 * Compiles the kernels in every build, and one register tile to be timed, into modules that carry them as base64, so that neither Node nor a
 * bundler nor a plain browser has an asset to find.
 */
export async function kernelModules(directory) {
  const modules = {};
  for (const [build, flags] of Object.entries(BUILDS)) {
    const { binary, bytes } = keepConstantsInMemory(await compileBuild(directory, 'assembly/index.ts', flags));
    modules[`src/wasm/builds/${build}.generated.ts`] =
      `/** The WebAssembly module compiled from \`assembly/\`, in base64. */\nexport const kernelsBase64 =\n  '${toBase64(binary)}';\n` +
      `/** Bytes of memory for its constants. */\nexport const CONSTANTS_BYTES = ${bytes};\n`;
  }
  const tile = toBase64(await compileBuild(directory, 'assembly/product/timed-tile.ts', BUILDS.relaxed));
  modules['src/wasm/builds/timed-tile.generated.ts'] =
    `/** The WebAssembly module compiled from \`assembly/product/timed-tile.ts\`, in base64. */\nexport const timedTileBase64 =\n  '${tile}';\n`;
  return modules;
}

async function compileBuild(directory, entry, flags) {
  const binary = await compile(directory, entry, [
    '--importMemory',
    '--noExportMemory',
    '--runtime',
    'stub',
    '--noAssert',
    '-O3',
    '--sharedMemory',
    '--maximumMemory',
    '65536',
    ...flags,
  ]);
  // Static data would be written over TensorFlow.js's own, at the start of the memory that both modules share.
  if (sectionIds(binary).includes(DATA_SECTION)) throw new Error('codegen: the kernels must have no static data');
  return binary;
}

function toBase64(binary) {
  return Buffer.from(binary).toString('base64');
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
