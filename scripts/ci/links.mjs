// Follows every link of the built site: a page, a file or an anchor that is not there fails it. The pages are those that npm run site built,
// the playground's among them, and what typedoc's menu and search lead to.
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import { inflateSync } from 'node:zlib';
import { Parser } from 'htmlparser2';
import { buildSite } from '../site/build.mjs';
import { site } from '../site/serve.mjs';

const LINKS = { a: 'href', link: 'href', img: 'src', script: 'src', source: 'src', iframe: 'src' };

/** What a page links to, and the anchors that it has. */
function readPage(file) {
  const links = [];
  const anchors = new Set();
  const parser = new Parser({
    onopentag(name, attributes) {
      if (attributes.id) anchors.add(attributes.id);
      if (name === 'a' && attributes.name) anchors.add(attributes.name);
      const link = attributes[LINKS[name]];
      if (link !== undefined) links.push(link);
    },
  });
  parser.end(readFileSync(file, 'utf8'));
  return { links, anchors };
}

/** What typedoc writes for its scripts: JSON, deflated, in base64. */
function readData(name) {
  const text = /"([^"]+)"/.exec(readFileSync(path.join(site, 'assets', `${name}.js`), 'utf8'))[1];
  return JSON.parse(inflateSync(Buffer.from(text, 'base64')).toString());
}

const pathsOf = (nodes) => nodes.flatMap(({ path, children = [] }) => [...(path ? [path] : []), ...pathsOf(children)]);

if (!(await buildSite())) process.exit(1);
const files = readdirSync(site, { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.html'));
const pages = new Map(files.map((file) => [path.join(site, file), readPage(path.join(site, file))]));

const problems = [];
let followed = 0;

/** Notes what is wrong with a link on a page, if anything is. Links to other sites are not followed. */
function follow(page, link) {
  if (/^(https?:|mailto:|data:)/.test(link)) return;
  followed++;
  const [target, anchor] = link.split('#');
  const found = target === '' ? page : path.resolve(path.dirname(page), decodeURI(target.split('?')[0]));
  const file = existsSync(found) && statSync(found).isDirectory() ? path.join(found, 'index.html') : found;
  const from = path.relative(site, page);
  if (!file.startsWith(site) || !existsSync(file)) problems.push(`${from}: ${link} is not there`);
  else if (anchor && pages.has(file) && !pages.get(file).anchors.has(decodeURIComponent(anchor)))
    problems.push(`${from}: ${link} has no such anchor`);
}

for (const [page, { links }] of pages) for (const link of links) follow(page, link);
const top = path.join(site, 'index.html');
for (const link of pathsOf(readData('navigation'))) follow(top, link);
for (const { url } of readData('search').rows) follow(top, url);
for (const link of ['playground/index.html', 'playground/digits.html', 'playground/inference.html'])
  if (
    ![...pages].some(([page, { links }]) =>
      links.some((to) => path.resolve(path.dirname(page), to) === path.join(site, link)),
    )
  )
    problems.push(`no page links to ${link}`);

for (const problem of problems) console.error(problem);
console.log(`${followed} links on ${pages.size} pages, ${problems.length} broken`);
process.exit(problems.length === 0 && followed > 1000 ? 0 : 1);
