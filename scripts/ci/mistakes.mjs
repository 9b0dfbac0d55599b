// Puts each published mistake of scripts/mistakes.mjs into our sources, in memory alone, and demands that its test fails, and of what it must.
//
//   node scripts/ci/mistakes.mjs [part of a mistake's description]
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { startVitest } from 'vitest/node';
import { MISTAKES } from '../mistakes.mjs';
import { root } from '../setup.mjs';

const [wanted = ''] = process.argv.slice(2);
const variants = MISTAKES.filter(({ mistake }) => mistake.includes(wanted)).flatMap(({ mistake, variants: ways }) =>
  ways.map(({ changes, fails: [file, title, complaint] }) => ({ mistake, changes, file, title, complaint })),
);

/** Changes sources as they are loaded. */
function mistaken(changes) {
  return {
    name: 'published-mistake',
    enforce: 'pre',
    load(id) {
      const own = changes.filter(([file]) => path.join(root, file) === id);
      if (own.length === 0) return undefined;
      return own.reduce(
        (text, [file, from, to]) => {
          if (!text.includes(from)) throw new Error(`${file} does not hold: ${from}`);
          return text.replace(from, () => to);
        },
        readFileSync(id, 'utf8'),
      );
    },
  };
}

/** A title as it stands in a file, whatever a table of cases puts into it. */
function patternOf(title) {
  const literals = title.split(/%[a-z]/).map((part) => part.replaceAll(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`));
  return literals.join('.*');
}

const conditions = ['@pushforward/source'];
const projects = variants.map(({ changes, file }, i) => ({
  root,
  plugins: [mistaken(changes)],
  resolve: { conditions },
  ssr: { resolve: { conditions } },
  test: {
    name: String(i),
    include: [file],
    pool: 'forks',
    testTimeout: 60_000,
    setupFiles: ['test/setup.ts'],
    // Plain operations, which are the formulas that the changes are of: kernels are held to them elsewhere.
    provide: { backend: 'cpu' },
  },
}));
const testNamePattern = variants.map(({ title }) => patternOf(title)).join('|');
const vitest = await startVitest(
  'test',
  [],
  { config: false, root, watch: false, reporters: [{}], maxWorkers: 2, testNamePattern },
  { test: { projects } },
);

let passed = 0;
for (const [i, { mistake, file, title, complaint }] of variants.entries()) {
  const modules = vitest.state.getTestModules().filter(({ project }) => project.name === String(i));
  const own = new RegExp(`^${patternOf(title)}$`);
  const tests = modules.flatMap(({ children }) => [...children.allTests()]).filter(({ name }) => own.test(name));
  const errors = [...modules.map((module) => module.errors()), ...tests.map((test) => test.result().errors ?? [])];
  const messages = errors.flat().map(({ message }) => message.split('\n')[0]);
  const found = messages.find((message) => complaint.test(message));
  if (found) passed++;
  console.log(`${found ? 'fails as it must' : 'DOES NOT FAIL AS IT MUST'}: ${mistake}
  ${file}, ${title}
  ${found ?? messages[0] ?? `no failure of ${tests.length} tests`}`);
}
await vitest.close();
console.log(`${passed} of ${variants.length} mistaken versions fail their test`);
process.exit(passed === variants.length ? 0 : 1);
