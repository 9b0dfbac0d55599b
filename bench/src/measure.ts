import { isIn, type Operation, repeated } from './operation.js';
import type { Series } from './series.js';
import { SideProcess } from './side-process.js';
import type { Side } from './side.js';
import { type AnySize, isOfImages, type Size } from './size.js';

/** How long a sample lasts at least, so that neither the clock's grain nor the messages count. */
const SAMPLE_MILLISECONDS = 60;
/** How long an operation runs before each sample, so that it is not the caches that count, which the other processes have used meanwhile. */
const RETURN_MILLISECONDS = 20;
/** What takes longer has enough of the sample for that. */
const LONG_MILLISECONDS = 250;
/** How long an operation runs before it counts, for the compilers of the engines and the caches of the allocators. */
const WARM_UP_MILLISECONDS = 1500;
/** How long the samples of one series take at most: slow ones are fewer. */
const BUDGET_MILLISECONDS = 5000;
/** From here on the first run is the only one. */
const ONE_RUN_MILLISECONDS = 2500;

/** How a run measures. */
export interface Effort {
  readonly rounds: number;
  /** What is predicted to take longer than this for one run, in milliseconds, is not run. */
  readonly limit: number;
}

/** One series of the results. */
export interface Measurement extends Series {
  readonly operation: Operation;
  readonly side: string;
  /** How often the operation ran for each sample. */
  readonly runs: number;
}

/**
 * Times operations of one size on several sides, the samples of all taken in turn, in another order each round: what else the machine
 * does meets all of them.
 */
export async function measure(
  operations: readonly Operation[],
  size: AnySize,
  processes: readonly SideProcess[],
  effort: Effort,
): Promise<Measurement[]> {
  const results: Measurement[] = [];
  const turns: { take(): Promise<void>; rounds: number }[] = [];
  for (const operation of operations) {
    for (const process of processes) {
      const { side } = process;
      if (!isIn(side.library, operation)) continue;
      const predicted = await predict(operation, size, process);
      if (predicted !== undefined && predicted > effort.limit) {
        results.push({ operation, side: side.name, runs: 0, samples: [], predicted });
        continue;
      }
      await process.ask({ prepare: operation, size });
      const first = await time(process, operation, 1);
      if (first > ONE_RUN_MILLISECONDS) {
        results.push({ operation, side: side.name, runs: 1, samples: [first] });
        continue;
      }
      const warmUps = Math.ceil(WARM_UP_MILLISECONDS / first);
      const warm = await time(process, operation, warmUps);
      const runs = Math.ceil(SAMPLE_MILLISECONDS / warm);
      const rounds = Math.min(effort.rounds, Math.max(3, Math.floor(BUDGET_MILLISECONDS / (runs * warm))));
      const samples: number[] = [];
      results.push({ operation, side: side.name, runs, samples });
      const take = async () => {
        if (warm < LONG_MILLISECONDS) await time(process, operation, Math.ceil(RETURN_MILLISECONDS / warm));
        samples.push(await time(process, operation, runs));
      };
      turns.push({ rounds, take });
    }
  }
  for (let round = 0; round < effort.rounds; round++) {
    const shift = round % Math.max(1, turns.length);
    const order = [...turns.slice(shift), ...turns.slice(0, shift)];
    for (const { rounds, take } of order) if (round < rounds) await take();
  }
  return results;
}

/** Milliseconds of one run. */
async function time(process: SideProcess, operation: Operation, runs: number): Promise<number> {
  return (await process.ask({ run: operation, runs })).milliseconds / runs;
}

/** What D passes take a side that repeats them. */
async function predict(operation: Operation, size: AnySize, process: SideProcess): Promise<number | undefined> {
  const pass = repeated[operation];
  if (pass === undefined || isOfImages(size) || process.side.library === 'ours') return undefined;
  await process.ask({ prepare: pass, size });
  await time(process, pass, 1);
  return size.dim * Math.min(await time(process, pass, 1), await time(process, pass, 1));
}

/** How many steps a process takes before its peak is read. */
const STEPS = 5;

/** Milliseconds from the start of a process of its own to the end of its first training step, and its peak after a few, in bytes. */
export async function measureProcess(side: Side, size: Size): Promise<{ firstStep: number; peakBytes: number }> {
  const started = performance.now();
  const process = await SideProcess.start(side);
  await process.ask({ prepare: 'maf-step', size });
  await process.ask({ run: 'maf-step', runs: 1 });
  const firstStep = performance.now() - started;
  const { peakBytes } = await process.ask({ run: 'maf-step', runs: STEPS - 1 });
  process.stop();
  return { firstStep, peakBytes };
}
