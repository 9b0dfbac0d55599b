import { readFile } from 'node:fs/promises';
import asc from 'assemblyscript/asc';

/**
 * Compiles AssemblyScript.
 *
 * @param directory what the paths of modules are relative to
 * @param entry the path of the module whose exports the binary has
 * @param options further arguments of `asc`
 * @param sources modules that lie in no file, by path
 */
export async function compile(directory, entry, options, sources = {}) {
  let binary;
  const { error, stderr } = await asc.main(
    [entry, '--baseDir', directory, '--outFile', 'out.wasm', '--enable', 'simd', '--enable', 'threads', ...options],
    {
      readFile: (name, base) => sources[name] ?? readFile(`${base}/${name}`, 'utf8').catch(() => null),
      writeFile: (_name, contents) => {
        binary = contents;
      },
    },
  );
  if (error) {
    console.error(stderr.toString());
    throw error;
  }
  return binary;
}
