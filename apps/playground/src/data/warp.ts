/** What a warp is made of: two uniform numbers of [0, 1) and two standard normal ones. */
type Pair = readonly [number, number];

/** A data set of the plane as a function of random numbers; its text, which the reader is shown, is plain JavaScript. */
export type Warp = (uniform: Pair, normal: Pair) => [x: number, y: number];
