/** The event of D numbers that every JavaScript side scores. */
export const eventOf = (dim: number): number[] => Array.from({ length: dim }, (_, i) => Math.sin(i));

/** Box and Muller's way from uniform to normal numbers, for sides without a library of their own. */
export function standardNormal(): number {
  return Math.sqrt(-2 * Math.log(1 - Math.random())) * Math.cos(2 * Math.PI * Math.random());
}
