// Serves what `npm run site` built, with the headers under which WebAssembly may have threads: `npm run site:serve [PORT]`.
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { isolated, serveFolder } from '../shared/serve-folder.mjs';
import { root } from '../setup.mjs';

/** Where `npm run site` builds. */
export const site = path.join(root, 'docs/site');

/**
 * Serves a folder of the site on a port, 0 for any that is free; without isolation as a plain host does. What Vite has built is named by its content, and
 * so kept by browsers.
 */
function serve(folder, built, port, isIsolated = true) {
  const headersOf = (pathname) => ({
    ...(isIsolated ? isolated : {}),
    ...(pathname.startsWith(built) ? { 'Cache-Control': 'max-age=31536000, immutable' } : {}),
  });
  return serveFolder(folder, headersOf, port);
}

/** Serves the whole site. */
export const serveSite = (port, isIsolated) => serve(site, '/playground/assets/', port, isIsolated);

/** Serves the playground alone. */
export const servePlayground = (port, isIsolated) =>
  serve(path.join(root, 'apps/playground/dist'), '/assets/', port, isIsolated);

if (import.meta.url === pathToFileURL(process.argv[1]).href) {
  const { url } = await serveSite(Number(process.argv[2] ?? 8080));
  console.log(`The site is at ${url}, the playground at ${url}playground/`);
}
