// An npm registry of the packed packages alone: whoever depends on `@pushforward/*` installs them as if they were published.
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import path from 'node:path';
import { tarballsIn } from './project.mjs';

/** Serves the tarballs of a folder. */
export async function serveRegistry(folder) {
  // Clients cache by URL, so that no two runs may have the same.
  const base = `/${path.basename(folder)}/`;
  const packages = new Map(
    tarballsIn(folder).map((file) => {
      const tarball = path.join(folder, file);
      const manifest = JSON.parse(
        execFileSync('tar', ['-xzOf', tarball, 'package/package.json'], { encoding: 'utf8' }),
      );
      return [manifest.name, { file, manifest, content: readFileSync(tarball) }];
    }),
  );
  let url;
  const describe = ({ file, manifest, content }) => {
    const { name, version } = manifest;
    const integrity = `sha512-${createHash('sha512').update(content).digest('base64')}`;
    return {
      name,
      'dist-tags': { latest: version },
      versions: { [version]: { ...manifest, dist: { tarball: url + file, integrity } } },
    };
  };
  const answers = new Map(
    [...packages].flatMap(([name, each]) => [
      [base + name, () => JSON.stringify(describe(each))],
      [base + each.file, () => each.content],
    ]),
  );
  const server = createServer((request, response) => {
    const answer = answers.get(decodeURIComponent(request.url));
    if (!answer) response.writeHead(404).end('{}');
    else response.writeHead(200, { 'Content-Type': 'application/json' }).end(answer());
  });
  await new Promise((resolve, reject) => server.once('error', reject).listen(0, '127.0.0.1', resolve));
  url = `http://127.0.0.1:${server.address().port}${base}`;
  return { url, close: () => server.close() };
}
