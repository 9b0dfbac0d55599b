import { Network } from '@pushforward/made';
import { checkInstance } from '@pushforward/tensor';

/** Throws unless `network` is a network without a context: neither an encoder nor a decoder has one to give. */
export function checkNetwork(name: string, network: Network): void {
  checkInstance(name, network, Network, 'a network');
  if (network.contextDim !== 0)
    throw new Error(`${name} must take no context, got one of contextDim ${network.contextDim}`);
}
