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
