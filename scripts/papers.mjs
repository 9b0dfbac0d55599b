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

const papers = new Map();
for (const name of packageNames) {
  for (const { file } of doorsOf(name)) {
    for (const { name: symbol, text } of exportsOf(file)) {
      for (const { paper, title, place } of referencesOf(text)) {
        const entry = papers.get(paper) ?? { title: undefined, rows: new Map() };
        entry.title ??= title;
        // What a package exports again stands under the one that has it.
        if (!entry.rows.has(symbol)) entry.rows.set(symbol, { place, name });
        papers.set(paper, entry);
      }
    }
  }
}

const yearOf = (paper) => Number(paper.slice(-4));
const untitled = [...papers].filter(([, { title }]) => title === undefined).map(([paper]) => paper);
if (untitled.length > 0) throw new Error(`no doc comment gives the title of: ${untitled.join(', ')}`);

const sections = [...papers]
  .toSorted(([a], [b]) => yearOf(a) - yearOf(b) || a.localeCompare(b, 'en'))
  .map(([paper, { title, rows }]) => {
    const exported = [...rows]
      .toSorted(([a], [b]) => a.localeCompare(b, 'en'))
      .map(([symbol, { place, name }]) => {
        const where = place ? `: ${place}` : '';
        return `- \`${symbol}\` ([${name}](../packages/${name}/README.md))${where}`;
      });
    return `### ${paper}\n\n“${title}”\n\n${exported.join('\n')}`;
  });

const check = process.argv.includes('--check');
if (putBetween(PAGE, 'papers: written by scripts/papers.mjs', 'end', sections.join('\n\n'), check) && check) {
  console.error(`${PAGE}: run node scripts/papers.mjs`);
  process.exit(1);
}
