// Writes what is the same for every published package into its package.json: where the source and the issues are, the licence, the author, the
// versions of Node. The root's package.json says it once; CITATION.cff and pages with links to the source get the address too. `--check` changes
// nothing, and fails if a package says otherwise or lacks what is its own: a description, keywords, its side effects, a change log.
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { root, run } from './setup.mjs';

const check = process.argv.includes('--check');
const read = (file) => JSON.parse(readFileSync(path.join(root, file), 'utf8'));

const { repository, license, author, engines } = read('package.json');
const web = repository.url.replace(/^git\+/, '').replace(/\.git$/, '');

const shared = (folder) => ({
  homepage: `${web}/tree/main/${folder}#readme`,
  bugs: `${web}/issues`,
  repository: { ...repository, directory: folder },
  license,
  author,
  engines,
  publishConfig: { access: 'public' },
});

const folders = ['packages', 'apps']
  .flatMap((top) => readdirSync(path.join(root, top)).map((name) => `${top}/${name}`))
  .filter((folder) => existsSync(path.join(root, folder, 'package.json')))
  .filter((folder) => !read(`${folder}/package.json`).private);

const problems = [];
for (const folder of folders) {
  const file = `${folder}/package.json`;
  const manifest = read(file);
  for (const field of ['description', 'keywords', 'sideEffects'])
    if (manifest[field] === undefined) problems.push(`${file}: ${field} is missing`);
  if (!existsSync(path.join(root, folder, 'CHANGELOG.md'))) problems.push(`${folder}: CHANGELOG.md is missing`);
  const differing = Object.entries(shared(folder)).filter(
    ([field, value]) => JSON.stringify(manifest[field]) !== JSON.stringify(value),
  );
  if (check) problems.push(...differing.map(([field]) => `${file}: ${field} is not what scripts/metadata.mjs writes`));
  else writeFileSync(path.join(root, file), JSON.stringify({ ...manifest, ...Object.fromEntries(differing) }));
}

// Pages that name the repository.
const filesIn = (folder, ending) =>
  readdirSync(path.join(root, folder))
    .filter((name) => name.endsWith(ending))
    .map((name) => `${folder}/${name}`);
for (const file of ['CITATION.cff', ...filesIn('docs', '.md'), ...filesIn('apps/playground', '.html')]) {
  const text = readFileSync(path.join(root, file), 'utf8');
  const named = text.replaceAll(/https:\/\/github\.com\/[\w-]+\/pushforward\b/g, web);
  if (named === text) continue;
  if (check) problems.push(`${file}: the address of the repository is not that of package.json`);
  else writeFileSync(path.join(root, file), named);
}

for (const problem of problems) console.error(problem);
const manifests = folders.map((folder) => `${folder}/package.json`);
const formatted = check ? 0 : run('oxfmt', manifests);
process.exit(problems.length > 0 ? 1 : formatted);
