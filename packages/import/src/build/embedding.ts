import { Mlp } from '@pushforward/made';
import { type Activation, activations, type ModuleConfig, readConfig } from '@pushforward/tensor';
import { type Arrays, type Layer, layerOf } from './arrays.js';
import { textOf } from './network.js';
import { putLayers } from './put.js';

/** The network that a context goes through before a flow gets it. */
export function embeddingOf(arrays: Arrays, config: ModuleConfig, contextDim: number): Mlp {
  const { layers, activation, activatesOutput } = readConfig(config, {
    layers: 'list',
    activation: activations,
    activatesOutput: 'boolean',
  });
  if (config.type !== 'mlp' || layers.length === 0)
    throw new Error('importFlow: contextEmbedding must be of type mlp, with at least one layer');
  let width = contextDim;
  const read = layers.map((name) => {
    const layer = layerOf(arrays, textOf('layers', name), width);
    width = layer.weights.length;
    return layer;
  });
  return perceptron(read, activation as Activation, activatesOutput);
}

/** A perceptron of these layers. Ours have no activation behind the last one: where there must be one, a layer that changes nothing follows. */
export function perceptron(layers: readonly Layer[], activation: Activation, activatesOutput: boolean): Mlp {
  const outputDim = layers.at(-1)!.weights.length;
  const all = activatesOutput ? [...layers, identityOf(outputDim)] : layers;
  const network = new Mlp({
    inputDim: layers[0].weights[0].length,
    hidden: all.slice(0, -1).map(({ weights }) => weights.length),
    outputDim,
    activation,
    seed: 0,
  });
  putLayers(network, all);
  return network;
}

function identityOf(width: number): Layer {
  return {
    weights: Array.from({ length: width }, (_, i) =>
      Float64Array.from({ length: width }, (_own, j) => (i === j ? 1 : 0)),
    ),
    bias: new Float64Array(width),
  };
}
