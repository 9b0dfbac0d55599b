// Serves what `npm run site` built, with the headers under which WebAssembly may have threads: `npm run site:serve [PORT]`.
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { isolated, serveFolder } from './serve-folder.mjs';
import { root } from './setup.mjs';

const site = path.join(root, 'apps/playground/dist');

/** Starts a server on a port, 0 for any that is free; without isolation it serves as a plain host does. */
export function serveSite(port, isIsolated = true) {
  const headersOf = (pathname) => ({
    ...(isIsolated ? isolated : {}),
    // Vite names what is in there by its content.
    ...(pathname.includes('/assets/') ? { 'Cache-Control': 'max-age=31536000, immutable' } : {}),
  });
  return serveFolder(site, headersOf, port);
}

if (import.meta.url === pathToFileURL(process.argv[1]).href) {
  const { url } = await serveSite(Number(process.argv[2] ?? 8080));
  console.log(`The playground is at ${url}`);
}
