// Makes docs/is-the-model-right.md's pictures and table: saves a right model and five wrong ones with their data, runs `pushforward check` on each, and takes
// the charts out of the report pages. `--powers` makes the table of powers in packages/diagnostics/README.md instead, which takes minutes.
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { checkDensity } from '@pushforward/diagnostics';
import { saveModule } from '@pushforward/io/node';
import { startBackend } from '@pushforward/tensor';
import '@tensorflow/tfjs';
import '@tensorflow/tfjs-backend-wasm';
import { defects } from '../shared/defects.mjs';
import { root } from '../setup.mjs';

const PROGRAM = path.join(root, 'apps/train/dist/main.js');
const ROWS = 1000;

/** Puts text between a page's marks. */
function draw(page, mark, text) {
  const file = path.join(root, page);
  const [begin, end] = [`<!-- drawn: ${mark} -->`, '<!-- drawn until here -->'];
  const content = readFileSync(file, 'utf8');
  const from = content.indexOf(begin) + begin.length;
  if (from < begin.length) throw new Error(`${page}: has no ${begin}`);
  const to = content.indexOf(end, from);
  writeFileSync(file, `${content.slice(0, from)}\n\n${text.trim()}\n\n${content.slice(to)}`);
}

const STYLE =
  '<style>svg{font-family:system-ui,sans-serif;background:#fff}text{fill:#444}text.tick{font-size:11px;fill:#666}text.label{font-size:12px}text.title{font-size:13px;font-weight:600;fill:#222}path.grid{stroke:#eee;fill:none}path.axis{stroke:#999;fill:none}</style>';

/** Charts of a report page in columns, as a picture of their own. */
function picture(page, alt, columns) {
  const all = [
    ...page.matchAll(/<svg viewBox="0 0 ([\d.]+) ([\d.]+)" width="[\d.]+" height="[\d.]+" role="img".*?<\/svg>/g),
  ];
  const placed = [];
  let [left, height] = [0, 0];
  for (const charts of columns) {
    let [top, right] = [0, left];
    for (const at of charts) {
      const [svg, width, own] = all[at];
      placed.push(svg.replace('<svg ', `<svg x="${left}" y="${top}" `));
      top += Number(own);
      right = Math.max(right, left + Number(width));
    }
    left = right + 12;
    height = Math.max(height, top);
  }
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${left} ${height}" width="${left}" height="${height}" role="img" aria-label="${alt}">${STYLE}<rect width="${left}" height="${height}" fill="#fff"/>${placed.join('')}</svg>\n`;
}

async function pictures() {
  const cwd = mkdtempSync(path.join(tmpdir(), 'pushforward-'));
  mkdirSync(path.join(root, 'docs/check'), { recursive: true });
  const sections = [];
  try {
    for (const { name, title, story, model, draw: data } of defects) {
      const module = await model();
      const metadata = {
        kind: 'flow',
        columns: ['a', 'b'],
        trainedOn: 'rows.csv',
        rows: ROWS,
        testLogLikelihood: 0,
        commandLine: 'pushforward train --data rows.csv',
      };
      await saveModule(module, path.join(cwd, 'model'), { metadata });
      const values = await data(ROWS, 7).array();
      writeFileSync(path.join(cwd, 'fresh.csv'), `a,b\n${values.join('\n')}\n`);
      const printed = execFileSync(
        process.execPath,
        [PROGRAM, 'check', 'model', '--data', 'fresh.csv', '--out', 'report', '--force'],
        { cwd, encoding: 'utf8' },
      );
      const page = readFileSync(path.join(cwd, 'report/report.html'), 'utf8');
      const file = `check/${name.replaceAll(' ', '-')}.svg`;
      // The ECDF differences of both residuals, one above the other, and the coverage.
      writeFileSync(path.join(root, 'docs', file), picture(page, `Charts of a model: ${title}`, [[2, 3], [5]]));
      // The sentences below the table are longer than a page is wide.
      const [table, ...findings] = printed
        .replace(/\nreport .*/s, '')
        .trim()
        .split('\n\n');
      const said = findings.join('\n\n').replace('\n- ', '\n\n- ');
      sections.push(
        `## ${title}\n\n${story}\n\n\`\`\`text\n${table}\n\`\`\`\n\n${said}\n\n![ECDF differences of both residuals and the coverage of highest-density regions](${file})`,
      );
      console.log(name, /^.*(No fault|The model is wrong).*$/m.exec(printed)?.[0]);
    }
  } finally {
    rmSync(cwd, { recursive: true });
  }
  draw('docs/is-the-model-right.md', 'checks', sections.join('\n\n'));
}

const line = (cells) => `| ${cells.join(' | ')} |`;

async function powers() {
  const [repetitions, rows, level] = [100, 200, 0.05];
  const table = new Map();
  for (const { name, model, draw: data } of defects) {
    const module = await model();
    for (let i = 0; i < repetitions; i++) {
      const x = data(rows, 1000 + i);
      const { tests, passes } = await checkDensity(module, x, { seed: i, level, draws: 199 });
      x.dispose();
      for (const { test, found } of [
        ...tests.map((one) => ({ test: one.name, found: one.pValue <= level })),
        { test: 'verdict', found: !passes },
      ]) {
        if (!table.has(test)) table.set(test, {});
        const row = table.get(test);
        row[name] = (row[name] ?? 0) + (found ? 1 : 0);
      }
    }
    console.log(name);
  }
  const names = defects.map(({ name }) => name);
  const lines = [...table].map(([test, row]) =>
    line([test, ...names.map((name) => `${Math.round((100 * (row[name] ?? 0)) / repetitions)} %`)]),
  );
  draw(
    'packages/diagnostics/README.md',
    'powers',
    [line(['test', ...names]), line(['---', ...names.map(() => '--:')]), ...lines].join('\n'),
  );
}

await startBackend('wasm');
await (process.argv.includes('--powers') ? powers() : pictures());
