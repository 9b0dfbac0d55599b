/** The part of the plane that a picture shows. */
export interface ViewBox {
  readonly x: readonly [from: number, to: number];
  readonly y: readonly [from: number, to: number];
}

/** The part that has 99 % of the points `[N, 2]` in each direction, and a margin. */
export function viewBoxOf(points: Float32Array): ViewBox {
  const [x, y] = [endsOf(points, 0), endsOf(points, 1)];
  return { x, y };
}

function endsOf(points: Float32Array, offset: 0 | 1): readonly [number, number] {
  const sorted = Float32Array.from({ length: points.length / 2 }, (_, i) => points[2 * i + offset]).toSorted();
  const low = sorted[Math.floor(0.005 * (sorted.length - 1))];
  const high = sorted[Math.ceil(0.995 * (sorted.length - 1))];
  const margin = 0.18 * (high - low) || 1;
  return [low - margin, high + margin];
}

/** The middles of `size · size` cells of a part, row by row from the top left: `[size · size, 2]`, flat. */
export function cellsOf({ x, y }: ViewBox, size: number): Float32Array {
  const cells = new Float32Array(2 * size * size);
  for (let row = 0; row < size; row++) {
    for (let column = 0; column < size; column++) {
      const at = 2 * (row * size + column);
      cells[at] = x[0] + ((column + 0.5) / size) * (x[1] - x[0]);
      cells[at + 1] = y[1] - ((row + 0.5) / size) * (y[1] - y[0]);
    }
  }
  return cells;
}

/** What one cell of {@link cellsOf} covers. */
export const cellArea = ({ x, y }: ViewBox, size: number): number => ((x[1] - x[0]) * (y[1] - y[0])) / size ** 2;
