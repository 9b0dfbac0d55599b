// Bundles every door of the packages, and TensorFlow.js, as modules that the programs on the site's pages import when a reader runs them.
import path from 'node:path';
import { build } from 'vite';
import { doorsOf, packageNames } from '../shared/doors.mjs';
import { root } from '../setup.mjs';

/** What a program may import in a browser, and the name of the file that has it there. */
export const modules = new Map(
  ['@tensorflow/tfjs', ...packageNames.flatMap((name) => doorsOf(name).map(({ title }) => title))]
    .filter((name) => !name.endsWith('/node'))
    .map((name) => [name, `${name.replace('@', '').replaceAll('/', '-')}.js`]),
);

const PREFIX = 'door:';

/** Writes the modules into a folder. */
export function buildRunner(outDir) {
  return build({
    configFile: false,
    root,
    base: './',
    publicDir: false,
    logLevel: 'error',
    plugins: [
      {
        name: 'doors',
        resolveId: (id) => (id.startsWith(PREFIX) ? path.join(root, `${id.replaceAll(/\W/g, '-')}.virtual.js`) : null),
        load: (id) => {
          const name = [...modules.keys()].find(
            (module) => id === path.join(root, `${(PREFIX + module).replaceAll(/\W/g, '-')}.virtual.js`),
          );
          return name ? `import '${name}';\nexport * from '${name}';\n` : null;
        },
      },
    ],
    worker: { format: 'es' },
    build: {
      outDir,
      target: 'es2022',
      chunkSizeWarningLimit: 5000,
      modulePreload: false,
      rolldownOptions: {
        input: Object.fromEntries([...modules].map(([name, file]) => [file.slice(0, -3), PREFIX + name])),
        preserveEntrySignatures: 'strict',
        output: { entryFileNames: '[name].js' },
      },
    },
  });
}
