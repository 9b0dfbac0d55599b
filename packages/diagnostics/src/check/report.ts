import { holm, type TestResult } from '../tests/p-values.js';

/** One test of a check, with what it means to whoever uses the model. */
export interface CheckedTest extends TestResult {
  /** As it is shown: `PIT`. */
  name: string;
  /** The statistic in words, with its unit. */
  measures: string;
  /** The p-value adjusted for the number of tests, by Holm's method. */
  adjusted: number;
  /** Whether the test finds the model wrong: the adjusted p-value is at most the level. */
  rejects: boolean;
  /** One sentence. */
  meaning: string;
}

/** A test before it is compared with the others. */
export interface RawTest extends TestResult {
  name: string;
  measures: string;
  /** The sentence, if the test rejects and if it does not. */
  means: { rejected: string; kept: string };
}

/** The tests together, adjusted for their number. */
export function judge(tests: readonly RawTest[], level: number): CheckedTest[] {
  const adjusted = holm(tests.map(({ pValue }) => pValue));
  return tests.map(({ means, ...test }, i) => {
    const rejects = adjusted[i] <= level;
    return { ...test, adjusted: adjusted[i], rejects, meaning: rejects ? means.rejected : means.kept };
  });
}

/** All tests in a sentence. */
export function verdictOf(tests: readonly CheckedTest[], rows: number, level: number): string {
  const found = tests.filter(({ rejects }) => rejects);
  if (found.length === 0)
    return `No fault is visible in ${rows} rows: a right model passes all ${tests.length} tests with a chance of at least ${percent(1 - level)}, and this one does.`;
  const names = found.map(({ name }) => name).join(', ');
  return `The model is wrong: ${found.length} of ${tests.length} tests (${names}) found what a right model shows with a chance of at most ${percent(level)}.`;
}

const percent = (part: number) => `${Number((100 * part).toPrecision(6))} %`;
