// Writes into each package's README what the package exports: every name, with the first sentence of its documentation. `--check` writes nothing,
// and fails if a list is not the code's or an export has no documentation.
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { exportsOf } from './shared/documented-exports.mjs';
import { doorsOf, packageNames } from './shared/doors.mjs';
import { root } from './setup.mjs';

const TITLE = '## Everything it exports';
const BEGIN = '<!-- exports: written by scripts/exports.mjs -->';
const END = '<!-- end -->';

const problems = [];

/** So many words before a colon are a name, and what it is comes behind. */
const NAME = 3;

/** The first sentence of some text, on one line of a table; of one with a colon, what stands before that. */
function firstSentence(text) {
  const paragraph = text
    .split(/\n\s*\n/)[0]
    .replaceAll(/\s+/g, ' ')
    .trim();
  const sentence = /^.*?\.(?=\s|$)/.exec(paragraph)?.[0] ?? paragraph;
  const [before] = sentence.split(/:(?=\s|$)/);
  const line = before.split(' ').length > NAME ? before : sentence;
  return line.replace(/[.:]$/, '').replaceAll('|', '\\|');
}

function tableOf(file) {
  const rows = exportsOf(file).map(({ name, isType, text }) => {
    if (text.trim() === '') problems.push(`${path.relative(root, file)}: ${name} has no documentation`);
    return { name, isType, line: `| \`${name}\` | ${firstSentence(text)} |` };
  });
  const sorted = rows.toSorted((a, b) => a.name.localeCompare(b.name, 'en'));
  const table = (wanted) => {
    const lines = sorted.filter(({ isType }) => isType === wanted).map(({ line }) => line);
    return lines.length > 0 ? [['| | |', '|---|---|', ...lines].join('\n')] : [];
  };
  const [values, types] = [table(false), table(true)];
  return [...values, ...(types.length > 0 ? ['Types:', ...types] : [])].join('\n\n');
}

for (const name of packageNames) {
  const doors = doorsOf(name);
  const tables = doors.map(({ title, file }) => (doors.length > 1 ? `From \`${title}\`:\n\n` : '') + tableOf(file));
  const section = `${TITLE}\n\n${BEGIN}\n\n${tables.join('\n\n')}\n\n${END}`;
  const readme = path.join(root, 'packages', name, 'README.md');
  const text = readFileSync(readme, 'utf8');
  const start = text.indexOf(TITLE);
  const [before, after] =
    start < 0
      ? [text.replace(/MIT licence\.\s*$/, ''), 'MIT licence.']
      : [text.slice(0, start), text.slice(text.indexOf(END, start) + END.length)];
  // A heading needs a line of its own: behind a block of code it would be part of the code.
  const next = `${[before, section, after]
    .map((part) => part.trim())
    .join('\n\n')
    .trimEnd()}\n`;
  if (next === text) continue;
  if (process.argv.includes('--check')) problems.push(`packages/${name}/README.md: run node scripts/exports.mjs`);
  else writeFileSync(readme, next);
}
for (const problem of problems) console.error(problem);
process.exit(problems.length === 0 ? 0 : 1);
