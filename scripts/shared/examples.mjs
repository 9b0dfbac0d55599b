// The programs in the documentation: every block marked `ts` in the READMEs, the guides and the doc comments of the packages. A block behind
// `<!-- continued -->` goes on with the program of the block before.
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { root } from '../setup.mjs';

const documented = /^(README\.md|docs\/[^/]+\.md|packages\/[^/]+\/(README\.md|src\/.*(?<!\.test)\.ts))$/;

/** The programs of all files that have some, each with a title and the name of a file for it. */
export function findExamples() {
  const files = ['README.md', ...['docs', 'packages'].flatMap((top) => listFiles(top))];
  return files
    .filter((file) => documented.test(file))
    .toSorted()
    .flatMap(examplesOf);
}

/** The blocks of code of a page that are in one language. */
export function blocksOf(file, language) {
  const text = readFileSync(path.join(root, file), 'utf8');
  return [...text.matchAll(new RegExp(`^\`\`\`${language}\\n([\\s\\S]*?)^\`\`\`$`, 'gm'))].map(([, code]) => code);
}

function listFiles(directory) {
  return readdirSync(path.join(root, directory), { withFileTypes: true }).flatMap((entry) => {
    if (entry.name === 'node_modules' || entry.name === 'dist') return [];
    const file = `${directory}/${entry.name}`;
    return entry.isDirectory() ? listFiles(file) : [file];
  });
}

function examplesOf(file) {
  const text = readFileSync(path.join(root, file), 'utf8');
  const inComments = file.endsWith('.ts');
  const block = inComments
    ? /^[ \t]*\* ```ts\n([\s\S]*?)^[ \t]*\* ```$/gm
    : /(<!-- continued -->\n+)?^```ts\n([\s\S]*?)^```$/gm;
  const programs = [];
  for (const match of text.matchAll(block)) {
    const body = match.at(-1);
    if (!inComments && match[1]) programs.push(`${programs.pop()}\n${body}`);
    else programs.push(inComments ? body.replaceAll(/^[ \t]*\* ?/gm, '') : body);
  }
  // A block that does not end on a line of its own would be passed over in silence.
  const begun = text.match(inComments ? /^[ \t]*\* ```ts$/gm : /^```ts$/gm) ?? [];
  if (begun.length !== [...text.matchAll(block)].length) throw new Error(`${file}: a block of code has no end`);
  return programs.map((code, i) => {
    const title = `${file} ${i + 1}`;
    // A program that imports nothing is a module all the same.
    return { title, fileName: `${title.replaceAll(/\W+/g, '-')}.ts`, code: `export {};\n${code}` };
  });
}
