import { NETWORK_ADJOINTS, NETWORK_EVENTS, NETWORK_GRADIENTS, NETWORK_TILES, NETWORK_WEIGHTS } from '../threads/kernel-ids';
import { stepCost } from '../masked-network/step';
import { chunksOf, layerAt, MaskedNetwork } from '../masked-network/structs';
import { runTasks } from '../threads/pool';
import { MOST_TILES } from '../tile/outer-product';
import { TILE } from '../tile/tile';

/** Tiles whose adjoints are kept at a time, until their share of the weights' gradients is added: 256 events. */
export const BLOCK_TILES: i32 = MOST_TILES;

/** Up to how many events are computed one by one, where no records are kept. A tile takes as long for one event as for 16, and transposes the weights first. */
const MOST_EVENTS: i32 = 2;

/** All parameters, or with a step the values and the log-determinant, in the parallel direction or the sequential one. */
export function maskedNetwork(at: usize): void {
  const network = changetype<MaskedNetwork>(at);
  const products = <f64>network.products;
  if (!network.records && network.rows <= MOST_EVENTS) {
    runTasks(NETWORK_EVENTS, at, network.rows, <f64>network.rows * (products + stepCost(network)));
    return;
  }
  runTasks(NETWORK_WEIGHTS, at, chunkCount(network), 2 * products);
  runTasks(NETWORK_TILES, at, (network.rows + TILE - 1) / TILE, <f64>network.rows * (products + stepCost(network)));
}

/** The gradients of {@link maskedNetwork}, whose records were kept. */
export function maskedNetworkGradient(at: usize): void {
  const network = changetype<MaskedNetwork>(at);
  const products = <f64>network.products;
  if (layerAt(network, network.layerCount - 1).unitOrder) runTasks(NETWORK_WEIGHTS, at, chunkCount(network), 2 * products);
  network.first = 0;
  // Without events too, since gradients are then to be 0.
  do {
    network.end = min(network.first + BLOCK_TILES * TILE, network.rows);
    const rows = network.end - network.first;
    runTasks(NETWORK_ADJOINTS, at, (rows + TILE - 1) / TILE, <f64>rows * (products + stepCost(network)));
    runTasks(NETWORK_GRADIENTS, at, chunkCount(network), <f64>rows * products);
    network.first = network.end;
  } while (network.first < network.rows);
}

/** Chunks of {@link CHUNK} units in all layers. */
function chunkCount(network: MaskedNetwork): i32 {
  let count: i32 = 0;
  for (let l: i32 = 0; l < network.layerCount; l++) count += chunksOf(layerAt(network, l));
  return count;
}
