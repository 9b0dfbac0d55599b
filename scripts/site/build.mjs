// Builds the whole site into docs/site: the guides and the reference by typedoc, and the playground beside them. With `--docs`, without the
// playground.
import { cpSync } from 'node:fs';
import path from 'node:path';
import { root, run } from '../setup.mjs';
import { site } from './serve.mjs';
import { buildRunner } from './build-runner.mjs';

/** Builds the site; returns whether that went well. */
export async function buildSite({ playground = true } = {}) {
  const tasks = playground ? ['build', 'site'] : ['build'];
  if (run('turbo', ['run', ...tasks, '--output-logs=errors-only']) !== 0) return false;
  if (run('typedoc', ['--logLevel', 'Warn']) !== 0) return false;
  await buildRunner(path.join(site, 'runner'));
  if (playground) cpSync(path.join(root, 'apps/playground/dist'), path.join(site, 'playground'), { recursive: true });
  return true;
}

if (import.meta.filename === process.argv[1]) {
  const built = await buildSite({ playground: !process.argv.includes('--docs') });
  if (built) console.log(`The site is in ${path.relative(process.cwd(), site)}; npm run site:serve serves it`);
  process.exit(built ? 0 : 1);
}
