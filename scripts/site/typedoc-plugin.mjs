// What the site has beyond typedoc: mathematics, drawn graphs, programs that run where they stand, and links to the playground that is built beside
// it.
import { cpSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { instance } from '@viz-js/viz';
import katex from '@vscode/markdown-it-katex';
import { Converter, IndexEvent, JSX, PageEvent, RendererEvent } from 'typedoc';
import ts from 'typescript';
import { root } from '../setup.mjs';
import {
  breakCode,
  breakTitles,
  dropEmptyHeads,
  focusFormulas,
  nameLandmarks,
  nameOnce,
  orderHeadings,
  spellHeadings,
} from './accessible-page.mjs';
import { modules } from './build-runner.mjs';
import { linkExports, nameDoors } from './export-links.mjs';
import { captionFigures } from './figures.mjs';
import { keepPunctuation } from './punctuation.mjs';
import { prepareSearch } from './search-index.mjs';
import { isTemplate, sourcesBeside } from './templates.mjs';

const viz = await instance();

/** A mermaid graph of plain arrows, as scripts/architecture.mjs writes them, as SVG in the colours of the page. */
function drawGraph(mermaid) {
  const arrows = mermaid.split('\n').filter((line) => line.includes('-->'));
  const edges = arrows.map((line) => {
    const [from, to] = line.split('-->').map((name) => JSON.stringify(name.trim()));
    return `${from} -> ${to}`;
  });
  const style =
    'node [shape=box, style=rounded, fontname="sans-serif", fontsize=12, height=0.4]; edge [arrowsize=0.7];';
  const svg = viz.renderString(`digraph { bgcolor=none; ${style} ${edges.join('; ')} }`, { format: 'svg' });
  const drawn = svg.slice(svg.indexOf('<svg')).replaceAll(/(fill|stroke)="black"/g, '$1="currentColor"');
  const text = `An arrow from each package or folder to those that it imports: ${edges.join(', ').replaceAll('"', '')}`;
  return `<div class="graph" role="img" aria-label="${text.replaceAll('>', '&gt;')}">${drawn.replace(/<title>.*?<\/title>/gs, '').replaceAll('<text ', '<text fill="currentColor" ')}</div>`;
}

/** A program as JavaScript that imports from the folder of the runner; undefined for one that a browser cannot run. */
function forBrowsers(code) {
  const imported = [...code.matchAll(/(?:from|import) '([^']+)'/g)].map(([, name]) => name);
  if (!imported.every((name) => modules.has(name))) return undefined;
  const start = code.includes('useBackend')
    ? ''
    : "import { useBackend } from '@pushforward/tensor';\nawait useBackend('wasm');\n";
  const { outputText } = ts.transpileModule(`${start}${code}`, {
    compilerOptions: { target: ts.ScriptTarget.ES2022, module: ts.ModuleKind.ESNext },
  });
  return outputText.replaceAll(
    /((?:from|import) )['"]([^'"]+)['"]/g,
    (_, word, name) => `${word}"runner:${modules.get(name)}"`,
  );
}

const escape = (text) =>
  text.replaceAll('&', '&amp;').replaceAll('"', '&quot;').replaceAll('<', '&lt;').replaceAll('\n', '&#10;');

/** The program of the block before, with which one behind `<!-- continued -->` goes on. */
let program = '';

/** A button that runs a block of code, with what it goes on with. */
function runButton(tokens, index) {
  const isContinued = index > 0 && tokens[index - 1].content.includes('<!-- continued -->');
  program = isContinued ? `${program}\n${tokens[index].content}` : tokens[index].content;
  const code = forBrowsers(program);
  if (code === undefined) return '';
  return `<div class="run"><button type="button" data-program="${escape(code)}">${isContinued ? 'Run up to here' : 'Run'}</button><output hidden></output></div>`;
}

/** More columns than are legible side by side in letters of the usual size. */
const MANY_COLUMNS = 9;

/** Marks tables of many columns and cells that hold sentences, and lets wide tables, which scroll, take the focus on a keyboard. */
function markTables({ tokens }) {
  let table;
  let columns = 0;
  for (const [i, token] of tokens.entries()) {
    if (token.type === 'table_open') {
      table = token;
      columns = 0;
      table.attrSet('tabindex', '0');
    } else if (token.type === 'th_open' && ++columns === MANY_COLUMNS) table.attrSet('class', 'dense');
    else if (token.type === 'td_open' && tokens[i + 1].content.length > 40) token.attrSet('class', 'long');
  }
}

/** Gives markdown-it, which typedoc renders every page with, mathematics and graphs. */
function extendMarkdown(markdown) {
  markdown.use(katex.default ?? katex, { enableFencedBlocks: true, throwOnError: true, strict: 'error' });
  markdown.core.ruler.push('empty heads of tables', dropEmptyHeads);
  markdown.core.ruler.push('tables', markTables);
  markdown.core.ruler.push('captions', captionFigures);
  markdown.core.ruler.push('punctuation', keepPunctuation);
  markdown.core.ruler.push('code in headings', spellHeadings);
  // Browsers break lines behind hyphens, and would take options apart.
  const { code_inline: code, fence } = markdown.renderer.rules;
  markdown.renderer.rules.code_inline = (...args) =>
    breakCode(code(...args)).replaceAll(/(?<![\w-])--[a-z][\w-]*/g, '<span class="option">$&</span>');
  markdown.renderer.rules.fence = (tokens, index, ...rest) => {
    const language = tokens[index].info.trim();
    if (language === 'mermaid') return drawGraph(tokens[index].content);
    const block = fence(tokens, index, ...rest);
    if (language === 'text') return block.replace('<pre>', '<pre tabindex="0">');
    return `${block}${language === 'ts' ? runButton(tokens, index) : ''}`;
  };
}

/** From a page to the top of the site. */
const toTop = (page) => '../'.repeat(page.url.split('/').length - 1);

/** Of the pages of the playground's sources, to which the documents link, what they become on the site. */
const builtPages = new Set(readdirSync(path.join(root, 'apps/playground')).filter((file) => file.endsWith('.html')));

/** Source code, which hosts of static files would serve as films or for download. */
const isCode = (name) => /\.(ts|mjs)$/.test(name);

/** Links to sources become links to what is on the site. */
function mendLinks(page) {
  const media = page.project.files.getNameToAbsoluteMap();
  page.contents = page.contents
    .replaceAll('href="site:', () => `href="${toTop(page)}`)
    .replaceAll(/href="[./]*media\/([^"#]+\.html)"/g, (link, name) => {
      const file = path.relative(path.join(root, 'apps/playground'), media.get(name) ?? '');
      return builtPages.has(file) ? `href="${toTop(page)}playground/${file}"` : link;
    })
    .replaceAll(/(href="[./]*media\/[^"#]+\.(?:ts|mjs))"/g, '$1.txt"');
}

/** What typedoc copied for the links that {@link mendLinks} changes. */
function mendMedia(directory) {
  const media = path.join(directory, 'media');
  for (const file of readdirSync(media)) {
    if (isCode(file)) renameSync(path.join(media, file), path.join(media, `${file}.txt`));
    else if (builtPages.has(file)) rmSync(path.join(media, file));
  }
}

/** The grey of tags' brackets in typedoc's dark theme is too dark to read by. */
function lightenBrackets(directory) {
  const file = path.join(directory, 'assets/highlight.css');
  writeFileSync(file, readFileSync(file, 'utf8').replaceAll('#808080', '#8c8c8c'));
}

/** Documents without frontmatter, such as the README of an application, are named by their first heading. */
function completeDocument(_context, document) {
  const heading = document.content
    .map(({ text }) => text)
    .join('')
    .match(/^# (.+)$/m);
  if (document.frontmatter.group !== undefined) return;
  const { files } = document.project;
  const file = path.normalize(files.getReflectionPath(document));
  document.frontmatter.group = isTemplate(file) ? 'Templates' : 'About';
  document.name = heading[1].replaceAll('`', '');
  if (!isTemplate(file)) return;
  // Links lead to the folder, which is what one copies.
  files.registerReflectionPath(path.posix.dirname(files.getReflectionPath(document)), document);
  document.content.push({ kind: 'text', text: sourcesBeside(file) });
}

/** The stylesheet of the mathematics and its fonts, into the folder of the site. */
function copyFonts(directory) {
  const from = path.dirname(createRequire(import.meta.url).resolve('katex/dist/katex.min.css'));
  const to = path.join(directory, 'assets/katex');
  cpSync(path.join(from, 'katex.min.css'), path.join(to, 'katex.min.css'));
  cpSync(path.join(from, 'fonts'), path.join(to, 'fonts'), {
    recursive: true,
    filter: (file) => !/\.(ttf|woff)$/.test(file),
  });
}

/** Arguments that are taken apart where they come in have no name in the code. */
function nameOptions(project) {
  for (const reflection of Object.values(project.reflections))
    if (reflection.name === '__namedParameters') reflection.name = 'options';
}

export function load(app) {
  app.on('bootstrapEnd', () => app.options.setValue('markdownItLoader', extendMarkdown));
  app.renderer.hooks.on('head.end', (context) =>
    JSX.createElement('link', { rel: 'stylesheet', href: context.relativeURL('assets/katex/katex.min.css', true) }),
  );
  app.converter.on(Converter.EVENT_CREATE_DOCUMENT, completeDocument);
  app.renderer.on(RendererEvent.BEGIN, ({ project }) => {
    nameDoors(project);
    nameOptions(project);
  });
  app.renderer.on(IndexEvent.PREPARE_INDEX, prepareSearch);
  app.renderer.on(PageEvent.END, (page) => {
    mendLinks(page);
    page.contents = linkExports(page, app.renderer.router);
    page.contents = breakTitles(focusFormulas(orderHeadings(nameLandmarks(nameOnce(page.contents)))));
  });
  // Behind the handlers of typedoc that copy what pages link to.
  const last = -1000;
  app.renderer.on(
    RendererEvent.END,
    ({ outputDirectory }) => {
      copyFonts(outputDirectory);
      mendMedia(outputDirectory);
      lightenBrackets(outputDirectory);
    },
    last,
  );
}
