import { parseArgs } from 'node:util';
import type { Effort } from './measure.js';
import { groups, type Library, type Operation, type ProcessFigure } from './operation.js';
import { type AnySize, imageSizes, isOfImages, sizeName, sizes as flowSizes } from './size.js';

/** What a run measures. */
export interface Options extends Effort {
  readonly sizes: readonly AnySize[];
  readonly operations: readonly Operation[];
  readonly processFigures: readonly ProcessFigure[];
  readonly libraries: readonly Library[];
  readonly threads: number;
  /** Programs of other versions of Node. */
  readonly nodes: readonly string[];
  readonly python?: string;
  readonly json?: string;
  /** Whether nothing was narrowed. */
  readonly complete: boolean;
}

const sizes: readonly AnySize[] = [...flowSizes, ...imageSizes];
/** What a size is called on the command line. */
const callOf = (size: AnySize) => (isOfImages(size) ? sizeName(size) : String(size.dim));
const calls = [...new Set(sizes.map(callOf))];
const operations: readonly Operation[] = groups.flat();
const processFigures: readonly ProcessFigure[] = ['first-step', 'peak-memory'];
const libraries: readonly Library[] = ['ours', 'stock', 'tensorflow', 'zuko', 'onnxruntime', 'loops'];
/** Asked for by name alone: most machines have a GPU in software at best. */
const gpus: readonly Library[] = ['webgpu'];

const usage = `usage: npm run bench -- [options]
  --sizes 6,8          those dimensions D, or sizes of images, only, of ${calls.join(', ')}
  --operations a,b     those only, of ${[...operations, ...processFigures].join(', ')}
  --sides ours,stock   those libraries only, of ${[...libraries, ...gpus].join(', ')}
  --rounds 11          samples of each series at most
  --threads N          how many threads 'all' are; default: as many as the machine runs side by side
  --limit 30           seconds: what is predicted to take longer for one run is not run
  --node PATH          another version of Node, whose columns are added; may be given several times
  --python PATH        a Python with torch and zuko; default: bench/peers/.venv, else python3
  --json FILE          where the results go; default: bench/results/<time>.json`;

/** Reads the command line; ends the process with the usage where it makes no sense. */
export function readOptions(args: readonly string[], cores: number): Options {
  try {
    const { values } = parseArgs({
      args: [...args],
      options: {
        sizes: { type: 'string' },
        operations: { type: 'string' },
        sides: { type: 'string' },
        rounds: { type: 'string', default: '11' },
        threads: { type: 'string', default: String(cores) },
        limit: { type: 'string', default: '30' },
        node: { type: 'string', multiple: true, default: [] },
        python: { type: 'string' },
        json: { type: 'string' },
        help: { type: 'boolean', default: false },
      },
    });
    if (values.help) {
      console.log(usage);
      process.exit(0);
    }
    const chosen = choose('sizes', calls, values.sizes);
    const names = choose('operations', [...operations, ...processFigures], values.operations);
    return {
      sizes: sizes.filter((size) => chosen.includes(callOf(size))),
      operations: operations.filter((name) => names.includes(name)),
      processFigures: processFigures.filter((name) => names.includes(name)),
      libraries: values.sides ? choose('sides', [...libraries, ...gpus], values.sides) : libraries,
      rounds: positive('rounds', values.rounds),
      threads: positive('threads', values.threads),
      limit: 1000 * positive('limit', values.limit),
      nodes: values.node,
      python: values.python,
      json: values.json,
      complete: !values.sizes && !values.operations && !values.sides,
    };
  } catch (error) {
    console.error(`bench: ${(error as Error).message}\n${usage}`);
    process.exit(2);
  }
}

function choose<T extends string>(option: string, known: readonly T[], list = known.join(',')): T[] {
  const chosen = list.split(',');
  const unknown = chosen.find((name) => !known.includes(name as T));
  if (unknown !== undefined) throw new Error(`--${option} must be of ${known.join(', ')}, got ${unknown}`);
  return known.filter((name) => chosen.includes(name));
}

function positive(option: string, text: string): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 1) throw new Error(`--${option} must be a positive integer, got ${text}`);
  return value;
}
