// What each package exports, and how the source documents it.
import { readFileSync } from 'node:fs';
import path from 'node:path';
import ts from 'typescript';
import { doorsOf, packageNames } from './doors.mjs';
import { root } from '../setup.mjs';

const { options } = ts.parseJsonConfigFileContent(
  ts.readConfigFile(path.join(root, 'tsconfig.json'), (file) => readFileSync(file, 'utf8')).config,
  ts.sys,
  root,
);
const program = ts.createProgram({
  rootNames: packageNames.flatMap((name) => doorsOf(name).map(({ file }) => file)),
  options: { ...options, noEmit: true },
});
const checker = program.getTypeChecker();

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

/** What comes through a door: names, whether each is a type alone, and its documentation without the tags. */
export function exportsOf(file) {
  return checker
    .getExportsOfModule(checker.getSymbolAtLocation(program.getSourceFile(file)))
    .map((symbol) => ({ name: symbol.name, ...documentationOf(symbol) }));
}
