/** A piece of a contour line, in cells from the top left. */
type Segment = readonly [x1: number, y1: number, x2: number, y2: number];

/**
 * The line on which values at the middles of `size · size` cells cross a level, in pieces: by marching squares, with straight lines between
 * the cells.
 */
export function contour(values: ArrayLike<number>, size: number, level: number): Segment[] {
  const segments: Segment[] = [];
  for (let row = 0; row + 1 < size; row++) {
    for (let column = 0; column + 1 < size; column++) {
      const corners = [
        [column, row],
        [column + 1, row],
        [column + 1, row + 1],
        [column, row + 1],
      ] as const;
      const crossings = corners.flatMap((from, i) => {
        const to = corners[(i + 1) % 4];
        const [a, b] = [from, to].map(([x, y]) => values[y * size + x] - level);
        if (a > 0 === b > 0) return [];
        const share = a / (a - b);
        return [[from[0] + share * (to[0] - from[0]) + 0.5, from[1] + share * (to[1] - from[1]) + 0.5] as const];
      });
      for (let i = 0; i + 1 < crossings.length; i += 2) segments.push([...crossings[i], ...crossings[i + 1]]);
    }
  }
  return segments;
}

/** The probability of a cell above which the cells have so large a share of all, which add up to one. */
export function levelOf(probabilities: ArrayLike<number>, share: number): number {
  let left = share;
  for (const p of Float64Array.from(probabilities).toSorted((a, b) => b - a)) {
    left -= p;
    if (left <= 0) return p;
  }
  return 0;
}
