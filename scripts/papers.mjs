// Writes docs/papers.md's list: of each paper that a doc comment names behind `Source:`, what is made of it. `--check` writes nothing, and fails if the
// list is not the code's.
import { exportsOf } from './shared/documented-exports.mjs';
import { doorsOf, packageNames } from './shared/doors.mjs';
import { putBetween } from './shared/marked-text.mjs';

const PAGE = 'docs/papers.md';

/** `Kingma et al. 2016`, a title and a place in it, of which the last two may be missing. */
const REFERENCE = /((?:van den |Van den )?[A-Z][^"“”;:]*? (?:\d{4}))(?:, "([^"]+)")?(?:, (.+))?$/;

/** The references of a doc comment. */
function referencesOf(text) {
  const [, source] = /Source: ([\s\S]*?)(?:\n\s*\n|$)/.exec(text) ?? [];
  if (!source) return [];
  return source
    .replaceAll(/\s+/g, ' ')
    .replace(/\.$/, '')
    .split('; ')
    .map((part) => REFERENCE.exec(part))
    .filter((match) => match !== null)
    .map(([, paper, title, place]) => ({ paper, title, place: place ?? '' }));
}

const references = packageNames.flatMap((name) =>
  doorsOf(name).flatMap(({ file }) =>
    exportsOf(file).flatMap(({ name: symbol, text }) =>
      referencesOf(text).map((reference) => ({ ...reference, symbol, name })),
    ),
  ),
);

/** Every paper by its title: its authors may have written two in a year. */
const papers = new Map();
for (const { paper, title } of references) {
  if (title === undefined) continue;
  const entry = papers.get(title) ?? { paper, rows: new Map() };
  if (entry.paper !== paper) throw new Error(`“${title}” is of ${entry.paper} and of ${paper}`);
  papers.set(title, entry);
}
for (const { paper, title, place, symbol, name } of references) {
  const titles = title === undefined ? [...papers.keys()].filter((key) => papers.get(key).paper === paper) : [title];
  if (titles.length !== 1)
    throw new Error(`${symbol}: which paper is ${paper}? ${titles.length} titles are given for it`);
  const { rows } = papers.get(titles[0]);
  // What a package exports again stands under the one that has it.
  if (!rows.has(symbol)) rows.set(symbol, { place, name });
}

const yearOf = (paper) => Number(paper.slice(-4));
const sections = [...papers]
  .toSorted(([, a], [, b]) => yearOf(a.paper) - yearOf(b.paper) || a.paper.localeCompare(b.paper, 'en'))
  .map(([title, { paper, rows }]) => {
    const exported = [...rows]
      .toSorted(([a], [b]) => a.localeCompare(b, 'en'))
      .map(([symbol, { place, name }]) => {
        const where = place ? `: ${place.replaceAll(/"([^"]*)"/g, '“$1”')}` : '';
        return `- \`${symbol}\` ([${name}](../packages/${name}/README.md))${where}`;
      });
    return `### ${paper}\n\n“${title}”\n\n${exported.join('\n')}`;
  });

const check = process.argv.includes('--check');
if (putBetween(PAGE, 'papers: written by scripts/papers.mjs', 'end', sections.join('\n\n'), check) && check) {
  console.error(`${PAGE}: run node scripts/papers.mjs`);
  process.exit(1);
}
