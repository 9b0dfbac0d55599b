let share = 1;

/**
 * Has laws repeat what they merely repeat, as training steps or random cases, less often from now on: on a GPU that is emulated in software
 * every operation takes a tenth of a millisecond. No law is left out.
 *
 * @param factor how many times less often; 1 is as often as they say
 *
 * @example
 * ```ts
 * import { repeatLess, repetitions } from '@pushforward/tensor/testing';
 *
 * repeatLess(10);
 * console.log(repetitions(100), repetitions(3)); // 10 2
 * repeatLess(1);
 * console.log(repetitions(100)); // 100
 * ```
 */
export function repeatLess(factor: number): void {
  share = 1 / factor;
}

/**
 * The number of repetitions where `count` are asked for: that many, or fewer after {@link repeatLess}; twice at least, for what alternates between two cases.
 *
 * @example
 * ```ts
 * import { repetitions } from '@pushforward/tensor/testing';
 *
 * for (let step = 0; step < repetitions(100); step++) {
 *   // one of the training steps that a law looks at
 * }
 * console.log(repetitions(1)); // 1
 * ```
 */
export function repetitions(count: number): number {
  return Math.min(count, Math.max(2, Math.ceil(count * share)));
}

/**
 * Of many combinations of the same few choices, those to try: all, or one in as many as {@link repeatLess} was told. As long as that number has no divisor in
 * common with the numbers of choices, every choice is in some of them.
 *
 * @example
 * ```ts
 * import { repeatLess, representatives } from '@pushforward/tensor/testing';
 *
 * const cases = ['a', 'b', 'c'].flatMap((letter) => [1, 2].map((digit) => letter + digit));
 * repeatLess(5);
 * console.log(representatives(cases)); // [ 'a1', 'c2' ]
 * repeatLess(1);
 * console.log(representatives(cases).length); // 6
 * ```
 */
export function representatives<T>(cases: readonly T[]): T[] {
  return cases.filter((_, i) => i % Math.round(1 / share) === 0);
}
