import { typeOf } from '@pushforward/tensor/kernels';

/** The exportable classes, for the error that refuses another. */
const EXPORTABLE =
  'autoregressive layers over a Made, an LSTM or attention and coupling layers over an Mlp, with the elementwise transforms of the library; ' +
  'permutations, linear maps, elementwise maps and maps of the context between them; and a normal base';

/**
 * An error that names a class which has no form in ONNX.
 *
 * @param how the way in which the part is used, if it has a form otherwise
 */
export function refuse(part: object, how = ''): Error {
  return new Error(`exportOnnx: ${typeOf(part)}${how} cannot be exported; what can: ${EXPORTABLE}`);
}
