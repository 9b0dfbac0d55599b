import {
  type Activation,
  activations,
  formatValue,
  type Json,
  type ModuleConfig,
  readConfig,
} from '@pushforward/tensor';
import { Mlp, type Network, ResidualMlp } from '@pushforward/made';
import { type Arrays, layerOf } from './arrays.js';
import { putLayers } from './put.js';
import { asOurs, type Univariate } from './univariate.js';

/** Inputs and outputs of a coupling's network. */
interface Widths {
  readonly inputDim: number;
  readonly contextDim: number;
  /** The number of transformed dimensions. */
  readonly dimensions: number;
}

/** The network of a coupling layer. */
export function networkOf(arrays: Arrays, config: ModuleConfig, univariate: Univariate, widths: Widths): Network {
  switch (config.type) {
    case 'mlp':
      return mlpOf(arrays, config, univariate, widths);
    case 'residual':
      return residualOf(arrays, config, univariate, widths);
    default:
      throw new Error(`importFlow: network must be of type mlp or residual, got ${formatValue(config.type)}`);
  }
}

function mlpOf(
  arrays: Arrays,
  config: ModuleConfig,
  univariate: Univariate,
  { inputDim, contextDim, dimensions }: Widths,
): Mlp {
  const { layers: names, activation } = readConfig(config, { layers: 'list', activation: activations });
  let width = inputDim + contextDim;
  const layers = names.map((name, l) => {
    const layer = layerOf(arrays, textOf('layers', name), width);
    width = layer.weights.length;
    return l === names.length - 1 ? asOurs(layer, univariate, dimensions) : layer;
  });
  if (layers.length === 0) throw new Error('importFlow: layers must hold at least one name');
  const network = new Mlp({
    inputDim,
    contextDim,
    hidden: layers.slice(0, -1).map(({ weights }) => weights.length),
    outputDim: layers.at(-1)!.weights.length,
    activation: activation as Activation,
    seed: 0,
  });
  putLayers(network, layers);
  return network;
}

function residualOf(
  arrays: Arrays,
  config: ModuleConfig,
  univariate: Univariate,
  { inputDim, contextDim, dimensions }: Widths,
): ResidualMlp {
  const { input, output, blocks, gates, activation } = readConfig(config, {
    input: 'text',
    output: 'text',
    blocks: 'list',
    gates: 'list',
    activation: activations,
  });
  const first = layerOf(arrays, input, inputDim + contextDim);
  const hidden = first.weights.length;
  const last = asOurs(layerOf(arrays, output, hidden), univariate, dimensions);
  if (gates.length !== (contextDim > 0 ? blocks.length : 0))
    throw new Error(`importFlow: gates must be one for each block where there is a context, got ${gates.length}`);
  const network = new ResidualMlp({
    inputDim,
    contextDim,
    hidden,
    blocks: blocks.length,
    outputDim: last.weights.length,
    activation: activation as Activation,
    seed: 0,
  });
  putLayers(network.input, [first]);
  putLayers(network.output, [last]);
  for (const [k, block] of blocks.entries()) {
    const names = Array.isArray(block) && block.length === 2 ? block : [null, null];
    putLayers(
      network.blocks[k],
      names.map((name) => layerOf(arrays, textOf('blocks', name), hidden)),
    );
  }
  for (const [k, gate] of gates.entries())
    putLayers(network.gates[k], [layerOf(arrays, textOf('gates', gate), contextDim)]);
  return network;
}

/** The name of an array out of a description. */
export function textOf(field: string, value: Json): string {
  if (typeof value !== 'string')
    throw new Error(`importFlow: ${field} must hold names of arrays, got ${formatValue(value)}`);
  return value;
}
