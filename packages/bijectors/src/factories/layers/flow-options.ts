import {
  activations,
  checkBoolean,
  checkInstance,
  checkInteger,
  checkIntegers,
  checkNumber,
  checkOneOf,
  checkOptions,
  formatValue,
  type OptionName,
} from '@pushforward/tensor';
import { checkInit, type Init } from '@pushforward/made';
import { ElementwiseTransform } from '../../contract/elementwise-transform.js';

type Check = (name: string, value: unknown) => void;

const atLeast =
  (minimum: number): Check =>
  (name, value) =>
    checkInteger(name, value, minimum);

/** The check of each option, for all factories that have it. */
const CHECKS: ReadonlyMap<string, Check> = new Map<string, Check>([
  ['dim', atLeast(1)],
  ['transforms', atLeast(1)],
  ['contextDim', atLeast(0)],
  ['hidden', (name, value) => checkIntegers(name, value, 1)],
  ['mixing', (name, value) => checkOneOf(name, value, ['alternate', 'random', 'lu'])],
  ['activation', (name, value) => checkOneOf(name, value, activations)],
  ['checkpoint', checkBoolean],
  ['batchNorm', checkBoolean],
  ['residual', checkBoolean],
  ['transform', (name, value) => checkInstance(name, value, ElementwiseTransform, 'an elementwise transform')],
  ['forgetBias', (name, value) => checkNumber(name, value)],
  ['width', atLeast(1)],
  ['heads', atLeast(1)],
  ['blocks', atLeast(1)],
  ['mlp', atLeast(1)],
  ['bins', atLeast(2)],
  ['bound', (name, value) => checkNumber(name, value, { above: 0 })],
  ['units', atLeast(1)],
  ['components', atLeast(1)],
]);

/**
 * Throws unless the options of a flow are those that it has, and of the right types, before any of them is used.
 *
 * @param name the factory, as `maf`
 * @param known the names of all its options
 */
export function checkFlowOptions<T extends object>(name: string, options: T, known: readonly OptionName<T>[]): void {
  checkOptions(name, options, known);
  for (const [option, value] of Object.entries(options) as [string, unknown][]) {
    if (value === undefined) continue;
    CHECKS.get(option)?.(`${name}: ${option}`, value);
    if (option === 'init') checkInit(name, value as Init);
    if (option !== 'graph') continue;
    if (!Array.isArray(value))
      throw new Error(`${name}: graph must be lists of zeros and ones, got ${formatValue(value)}`);
    if ('mixing' in options && options.mixing !== undefined)
      throw new Error(`${name}: mixing must be left out where there is a graph`);
  }
}
