/**
 * `½ log 2π`, in nats: what the log-density of a normal number lacks at its mean, and the entropy has beside ½.
 *
 * @example
 * ```ts
 * import { HALF_LOG_TWO_PI } from '@pushforward/tensor/kernels';
 *
 * console.log(HALF_LOG_TWO_PI.toFixed(4)); // 0.9189
 * ```
 */
export const HALF_LOG_TWO_PI = 0.5 * Math.log(2 * Math.PI);
