// Writes into each package's README what the package exports: every name, with the first sentence of its documentation. `--check` writes nothing,
// and fails if a list is not the code's or an export has no documentation.
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import ts from 'typescript';
import { root } from './setup.mjs';

const TITLE = '## Everything it exports';
const BEGIN = '<!-- exports: written by scripts/exports.mjs -->';
const END = '<!-- end -->';

/** Of a package's door, what its README calls what comes through it. */
function doorsOf(name) {
  const { exports } = JSON.parse(readFileSync(path.join(root, 'packages', name, 'package.json'), 'utf8'));
  return Object.entries(exports)
    .filter(([, conditions]) => conditions['@pushforward/source'])
    .map(([door, conditions]) => ({
      title: path.posix.join('@pushforward', name, door),
      file: path.join(root, 'packages', name, conditions['@pushforward/source']),
    }));
}

const names = readdirSync(path.join(root, 'packages'));
const { options } = ts.parseJsonConfigFileContent(
  ts.readConfigFile(path.join(root, 'tsconfig.json'), (file) => readFileSync(file, 'utf8')).config,
  ts.sys,
  root,
);
const program = ts.createProgram({
  rootNames: names.flatMap((name) => doorsOf(name).map(({ file }) => file)),
  options: { ...options, noEmit: true },
});
const checker = program.getTypeChecker();
const problems = [];

/** A symbol's own documentation, followed to where it is written. */
function documentationOf(symbol) {
  const target = symbol.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(symbol) : symbol;
  // The links of a comment stand in it as parts of their own.
  const text = target
    .getDocumentationComment(checker)
    .map(({ kind, text }) =>
      kind === 'link' ? '' : kind === 'linkName' || kind === 'linkText' ? `\`${text.trim()}\`` : text,
    )
    .join('');
  return { isType: !(target.flags & ts.SymbolFlags.Value), text };
}

/** The first sentence of some text, on one line of a table. */
function firstSentence(text) {
  const paragraph = text
    .split(/\n\s*\n/)[0]
    .replaceAll(/\s+/g, ' ')
    .trim();
  const sentence = /^.*?[.:](?=\s|$)/.exec(paragraph)?.[0] ?? paragraph;
  return sentence.replace(/[.:]$/, '').replaceAll('|', '\\|');
}

function tableOf(file) {
  const source = program.getSourceFile(file);
  const rows = checker.getExportsOfModule(checker.getSymbolAtLocation(source)).map((symbol) => {
    const { isType, text } = documentationOf(symbol);
    if (text.trim() === '') problems.push(`${path.relative(root, file)}: ${symbol.name} has no documentation`);
    return { name: symbol.name, isType, line: `| \`${symbol.name}\` | ${firstSentence(text)} |` };
  });
  const sorted = rows.toSorted((a, b) => a.name.localeCompare(b.name, 'en'));
  const values = sorted.filter(({ isType }) => !isType).map(({ line }) => line);
  const types = sorted.filter(({ isType }) => isType).map(({ name }) => `\`${name}\``);
  const table = values.length > 0 ? [['| | |', '|---|---|', ...values].join('\n')] : [];
  const list = types.length > 0 ? [`Types: ${types.join(', ')}.`] : [];
  return [...table, ...list].join('\n\n');
}

for (const name of names) {
  const doors = doorsOf(name);
  const tables = doors.map(({ title, file }) => (doors.length > 1 ? `From \`${title}\`:\n\n` : '') + tableOf(file));
  const section = `${TITLE}\n\n${BEGIN}\n\n${tables.join('\n\n')}\n\n${END}`;
  const readme = path.join(root, 'packages', name, 'README.md');
  const text = readFileSync(readme, 'utf8');
  const start = text.indexOf(TITLE);
  const old = text.slice(start, text.indexOf(END, start) + END.length);
  const next = text.includes(BEGIN)
    ? text.replace(old, () => section)
    : text.replace(/(?:MIT licence\.)?\s*$/, (end) => `${section}\n\n${end.trim()}`.trimEnd() + '\n');
  if (next === text) continue;
  if (process.argv.includes('--check')) problems.push(`packages/${name}/README.md: run node scripts/exports.mjs`);
  else writeFileSync(readme, next);
}
for (const problem of problems) console.error(problem);
process.exit(problems.length === 0 ? 0 : 1);
