import { add, matMul, mul, softmax, sub, sum, type Tensor } from '@tensorflow/tfjs-core';
import { customGradient } from '@pushforward/tensor';

/**
 * Scaled dot-product attention: `softmax(q·kᵀ/√W + mask)·v`, batch entry by batch entry.
 *
 * Kept for the gradient are the arguments and the weights, `[batch, queries, keys]`, once.
 *
 * **Shapes**: queries `[batch, queries, W]`, keys and values `[batch, keys, W]`, mask `[queries, keys]`; result `[batch, queries, W]`.
 *
 * Source: Vaswani et al. 2017, "Attention is all you need", equation 1.
 *
 * @param mask added to the scores: 0, or a large negative number where a query must not see a key. Default: it sees all
 */
export function attend(queries: Tensor, keys: Tensor, values: Tensor, mask?: Tensor): Tensor {
  const scale = 1 / Math.sqrt(queries.shape.at(-1)!);
  const op = customGradient(([q, k, v], save) => {
    const scores = matMul(mul(q, scale), k, false, true);
    const weights = softmax(mask ? add(scores, mask) : scores);
    const result = matMul(weights, v);
    save([q, k, v, weights, result]);
    return { value: result, gradFunc };
  });
  return op(queries, keys, values);

  function gradFunc(cotangent: Tensor, saved: Tensor[]): Tensor[] {
    const [q, k, v, weights, result] = saved;
    // The softmax's own sum Σⱼ weightⱼ · ∂weightⱼ, over W numbers in place of all keys.
    const common = sum(mul(cotangent, result), -1, true);
    const ofScores = mul(weights, sub(matMul(cotangent, v, false, true), common));
    const ofQueries = mul(matMul(ofScores, k), scale);
    const ofKeys = matMul(ofScores, mul(q, scale), true, false);
    return [ofQueries, ofKeys, matMul(weights, cotangent, true, false)];
  }
}
