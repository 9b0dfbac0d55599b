// Draws who imports whom into docs/architecture.md, from the import statements themselves. `--check` draws nothing, and fails if the drawing
// there is not the code's. Either way it fails if an import runs upward between packages or goes past a package's doors, if files or folders import
// each other in a circle, if a folder holds more files than one can look over, or if a link of the documentation, or
// a path in a comment, leads nowhere.
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import ts from 'typescript';
import { root } from './setup.mjs';

/** The packages from the ground up: each may import those on lower levels, none on its own. */
const LEVELS = [
  ['tensor'],
  ['made', 'training', 'io'],
  ['bijectors'],
  ['distributions'],
  ['diagnostics', 'import', 'onnx', 'vae'],
];

/** The packages that are large enough for a drawing of their folders. */
const DRAWN = ['tensor', 'bijectors'];

/** More files of source than these, tests included, are two concepts. */
const MOST_FILES = 15;

const PAGE = 'docs/architecture.md';
const problems = [];

const levelOf = (name) => LEVELS.findIndex((level) => level.includes(name));

function listFiles(folder) {
  return readdirSync(path.join(root, folder), { withFileTypes: true }).flatMap((entry) => {
    const file = `${folder}/${entry.name}`;
    if (['node_modules', 'dist', 'results'].includes(entry.name) || file === 'docs/site') return [];
    return entry.isDirectory() ? listFiles(file) : [file];
  });
}

/** The imports of source files, types and dynamic ones among them, as `{ from, to }`: paths in the repository, or a package's name. */
function importsOf(files) {
  return files.flatMap((from) => {
    const { importedFiles } = ts.preProcessFile(readFileSync(path.join(root, from), 'utf8'), true, true);
    return importedFiles.map(({ fileName }) => ({
      from,
      to: fileName.startsWith('.') ? path.posix.join(path.posix.dirname(from), fileName) : fileName,
    }));
  });
}

const packages = readdirSync(path.join(root, 'packages'));
for (const name of packages)
  if (levelOf(name) < 0) problems.push(`packages/${name} is on no level of scripts/architecture.mjs`);

const doors = new Set(
  packages.flatMap((name) => {
    const { exports } = JSON.parse(readFileSync(path.join(root, 'packages', name, 'package.json'), 'utf8'));
    return Object.keys(exports).map((door) => path.posix.join('@pushforward', name, door));
  }),
);

/** The package that a path or a module's name is of, if any. */
const packageOf = (to) => /^(?:packages|@pushforward)\/([^/]+)/.exec(to)?.[1];

const sources = ['packages', 'apps', 'bench', 'test', 'scripts']
  .flatMap(listFiles)
  .filter((file) => /\.m?[jt]s$/.test(file));
const imports = importsOf(sources);
for (const { from, to } of imports) {
  const importing = packageOf(from);
  const imported = packageOf(to);
  if (imported === undefined || imported === importing) continue;
  if (!doors.has(to)) problems.push(`${from} imports ${to}, which is no door of packages/${imported}`);
  if (importing !== undefined && levelOf(imported) >= levelOf(importing))
    problems.push(
      `${from} imports ${to}, upward: ${importing} is on level ${levelOf(importing)}, ${imported} on ${levelOf(imported)}`,
    );
}

const isProgram = ({ from }) => !from.includes('.test.');

/** Where the imports between two sets of files lead: a map from each name to the names that it imports, under `nameOf`. */
function graphOf(edges, nameOf) {
  const graph = new Map();
  for (const { from, to } of edges) {
    const [a, b] = [nameOf(from), nameOf(to)];
    if (a === undefined || b === undefined) continue;
    if (!graph.has(a)) graph.set(a, new Set());
    if (!graph.has(b)) graph.set(b, new Set());
    if (a !== b) graph.get(a).add(b);
  }
  return graph;
}

/** All that can be reached from a name by one import or more. */
function reach(graph, name, seen = new Set()) {
  for (const next of graph.get(name)) {
    if (seen.has(next)) continue;
    seen.add(next);
    reach(graph, next, seen);
  }
  return seen;
}

/** The names that import themselves by way of others. */
const circle = (graph) => [...graph.keys()].filter((name) => reach(graph, name).has(name));

/** A Mermaid drawing; an import that follows from two others is left out. */
function draw(graph) {
  const lines = [...graph.keys()].toSorted().flatMap((name) => {
    const direct = [...graph.get(name)].toSorted();
    return direct
      .filter((to) => !direct.some((other) => other !== to && reach(graph, other).has(to)))
      .map((to) => `  ${name} --> ${to}`);
  });
  return ['```mermaid', 'graph TD', ...lines, '```'].join('\n');
}

/** The folder of `parent` that a file is in; none for a file right there. */
const folderIn = (parent) => (file) =>
  file.startsWith(`${parent}/`) ? /^([^/]+)\//.exec(file.slice(parent.length + 1))?.[1] : undefined;

/** A file under the name by which imports find it: in AssemblyScript without an ending, elsewhere with that of the compiled file. */
const withoutEnding = (file) => file.replace(/\.m?[jt]s$/, '');

const modules = new Set(sources.map(withoutEnding));
const inside = imports.filter((edge) => isProgram(edge) && modules.has(withoutEnding(edge.to)));

const files = circle(graphOf(inside, withoutEnding));
if (files.length > 0) problems.push(`these files import each other in a circle: ${files.join(', ')}`);

const ancestors = (folder) => (folder === '.' ? [] : [folder, ...ancestors(path.posix.dirname(folder))]);

for (const folder of new Set(sources.flatMap((file) => ancestors(path.posix.dirname(file))))) {
  const circles = circle(graphOf(inside, folderIn(folder)));
  if (circles.length > 0)
    problems.push(`${folder}: these folders import each other in a circle: ${circles.join(', ')}`);
  const count = sources.filter((file) => path.posix.dirname(file) === folder).length;
  if (count > MOST_FILES) problems.push(`${folder} holds ${count} files, and a folder at most ${MOST_FILES}`);
}

// Kernels name the formula that they are compared with, and other comments a file too.
const PATH = /(?<![\w./-])(?:packages|apps|src|assembly|scripts)\/[\w./-]+\.(?:ts|mjs|wgsl)\b/g;
for (const file of [...sources, ...listFiles('packages').filter((name) => name.endsWith('.wgsl'))]) {
  const [top, name] = file.split('/');
  for (const [named] of readFileSync(path.join(root, file), 'utf8').matchAll(PATH)) {
    const isThere = [named, `${top}/${name}/${named}`].some((at) => existsSync(path.join(root, at)));
    if (!isThere && !named.includes('.generated.')) problems.push(`${file} names ${named}, which is nowhere`);
  }
}

const drawings = { packages: draw(graphOf(imports.filter(isProgram), packageOf)) };
for (const name of DRAWN) drawings[name] = draw(graphOf(inside, folderIn(`packages/${name}/src`)));

const texts = [
  ...readdirSync(root).filter((name) => name.endsWith('.md')),
  ...['docs', 'packages', 'apps', 'bench', 'tools', '.github']
    .flatMap(listFiles)
    .filter((file) => file.endsWith('.md')),
];
for (const file of texts) {
  const prose = readFileSync(path.join(root, file), 'utf8').replaceAll(/^```[\s\S]*?^```$/gm, '');
  for (const [, link] of prose.matchAll(/\]\(([^)\s#]+)(?:#[^)\s]*)?\)/g)) {
    if (!/^\w+:/.test(link) && !existsSync(path.join(root, path.dirname(file), link)))
      problems.push(`${file}: the link to ${link} leads nowhere`);
  }
}

const page = readFileSync(path.join(root, PAGE), 'utf8');
const drawn = page.replaceAll(
  /(<!-- drawn: (\w+) -->\n)[\s\S]*?(<!-- end -->)/g,
  (_, start, name, end) => `${start}\n${drawings[name]}\n\n${end}`,
);
for (const name of Object.keys(drawings))
  if (!page.includes(`<!-- drawn: ${name} -->`)) problems.push(`${PAGE} has no drawing of ${name}`);
if (!process.argv.includes('--check')) writeFileSync(path.join(root, PAGE), drawn);
else if (drawn !== page) problems.push(`${PAGE} draws other imports than there are: run node scripts/architecture.mjs`);

for (const problem of new Set(problems)) console.error(problem);
process.exit(problems.length > 0 ? 1 : 0);
