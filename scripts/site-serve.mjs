// Serves what `npm run site` built, with the headers under which WebAssembly may have threads: `npm run site:serve [PORT]`.
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { root } from './setup.mjs';

const site = path.join(root, 'apps/playground/dist');
const types = {
  '.css': 'text/css',
  '.html': 'text/html',
  '.js': 'text/javascript',
  '.json': 'application/json',
  '.svg': 'image/svg+xml',
  '.wasm': 'application/wasm',
};
const isolation = { 'Cross-Origin-Opener-Policy': 'same-origin', 'Cross-Origin-Embedder-Policy': 'require-corp' };

/** Starts a server on a port, 0 for any that is free; without isolation it serves as a plain host does. */
export async function serveSite(port, isIsolated = true) {
  const answer = async (request, response) => {
    const { pathname } = new URL(request.url, 'http://localhost');
    const file = path.join(site, pathname.endsWith('/') ? `${pathname}index.html` : pathname);
    try {
      const type = types[path.extname(file)] ?? 'application/octet-stream';
      const content = await readFile(file);
      // Vite names what is in there by its content.
      const caching = pathname.includes('/assets/') ? { 'Cache-Control': 'max-age=31536000, immutable' } : {};
      response.writeHead(200, { ...(isIsolated ? isolation : {}), ...caching, 'Content-Type': type }).end(content);
    } catch {
      response.writeHead(404).end('not found');
    }
  };
  const server = createServer((request, response) => void answer(request, response));
  await new Promise((resolve, reject) => server.once('error', reject).listen(port, '127.0.0.1', resolve));
  return { url: `http://127.0.0.1:${server.address().port}/`, close: () => server.close() };
}

if (import.meta.url === pathToFileURL(process.argv[1]).href) {
  const { url } = await serveSite(Number(process.argv[2] ?? 8080));
  console.log(`The playground is at ${url}`);
}
