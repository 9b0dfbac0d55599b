import { formatShape, sizeOf } from '@pushforward/tensor';
import { assertClose, broken, type Values } from '@pushforward/tensor/testing';
import { evaluate, type Jacobian, jacobians, type Point, rows, type Way } from '../harness/evaluate.js';
import { solve } from '../harness/solve.js';
import { negated, opposite, ROWS, type Subject, WAYS } from '../harness/subject.js';

/** Says which number of the result depends on which number of the argument, in either direction. */
export type Connectivity = (output: number, input: number) => boolean;

/** Any number of leading batch axes gives the same numbers in another shape, and the context broadcasts. */
export async function checkShapes(subject: Subject): Promise<void> {
  const law = 'shapes';
  const { bijector, shapes, points } = subject;
  const back = bijector.inverseEventShape(shapes.inverse);
  if (formatShape(back) !== formatShape(shapes.forward)) {
    broken(
      bijector,
      law,
      `inverseEventShape of ${formatShape(shapes.inverse)} must be ${formatShape(shapes.forward)}, got ${formatShape(back)}`,
    );
  }
  if (bijector.outputEventRank !== shapes.inverse.length) {
    broken(bijector, law, `outputEventRank must be ${shapes.inverse.length}, got ${bijector.outputEventRank}`);
  }
  for (const way of WAYS) {
    const event = shapes[opposite(way)];
    const point = points[way];
    const reference = await evaluate(bijector, way, point);
    for (const batch of [[ROWS], [], [2, 3], [0], [2, 0]]) {
      const what = `${way} of a batch of shape ${formatShape(batch)}`;
      const part = (values: Values) => rows(values, batch);
      const found = await evaluate(bijector, way, {
        input: part(point.input),
        context: point.context && part(point.context),
      });
      const size = sizeOf(batch);
      for (const [name, shape] of [
        ['value', [...batch, ...event]],
        ['logDet', batch],
      ] as const) {
        if (formatShape(found[name].shape) !== formatShape(shape)) {
          broken(
            subject.bijector,
            law,
            `${what}: ${name} must be ${formatShape(shape)}, got ${formatShape(found[name].shape)}`,
          );
        }
        const expected = Array.from(reference[name].data).slice(0, size * (name === 'value' ? sizeOf(event) : 1));
        assertClose(subject.bijector, law, `${what}: ${name}`, found[name].data, expected, subject.tolerance);
      }
    }
    if (point.context) await checkBroadcastContext(subject, way, point as Required<Point>);
  }
}

async function checkBroadcastContext(subject: Subject, way: Way, { input, context }: Required<Point>): Promise<void> {
  const width = context.shape[1];
  const one = Array.from(context.data).slice(0, width);
  const tiled = { data: Array.from({ length: ROWS }, () => one).flat(), shape: context.shape };
  const expected = await evaluate(subject.bijector, way, { input, context: tiled });
  for (const lead of [[], [1]]) {
    const found = await evaluate(subject.bijector, way, { input, context: { data: one, shape: [...lead, width] } });
    const what = `${way} with a context of shape ${formatShape([...lead, width])}`;
    assertClose(subject.bijector, 'shapes', `${what}: value`, found.value.data, expected.value.data, subject.tolerance);
    assertClose(
      subject.bijector,
      'shapes',
      `${what}: logDet`,
      found.logDet.data,
      expected.logDet.data,
      subject.tolerance,
    );
  }
}

/** A row of NaN gives NaN in that row, and changes no other. */
export async function checkNaN(subject: Subject): Promise<void> {
  const law = 'NaN staying in its row';
  for (const way of WAYS) {
    const { input, context } = subject.points[way];
    const width = sizeOf(subject.shapes[opposite(way)]);
    const inputWidth = sizeOf(subject.shapes[way]);
    const poisoned = {
      data: Array.from(input.data, (value, i) => (i < inputWidth ? Number.NaN : value)),
      shape: input.shape,
    };
    const clean = await evaluate(subject.bijector, way, { input, context });
    const found = await evaluate(subject.bijector, way, { input: poisoned, context });
    if (!Array.from(found.value.data).slice(0, width).some(Number.isNaN)) {
      broken(
        subject.bijector,
        law,
        `${way}: the value of a row of NaN must be NaN, got ${Array.from(found.value.data).slice(0, width).join(', ')}`,
      );
    }
    for (const [name, size] of [
      ['value', width],
      ['logDet', 1],
    ] as const) {
      const others = Array.from(found[name].data).slice(size);
      assertClose(
        subject.bijector,
        law,
        `${way}: ${name} of the other rows`,
        others,
        Array.from(clean[name].data).slice(size),
        0,
      );
    }
  }
}

/** Each direction undoes the other, and their log-determinants cancel. */
export async function checkRoundTrip(subject: Subject): Promise<void> {
  const { bijector, points, tolerance } = subject;
  for (const way of WAYS) {
    const { input, context } = points[way];
    const there = await evaluate(bijector, way, { input, context });
    const back = await evaluate(bijector, opposite(way), { input: there.value, context });
    assertClose(bijector, 'round trip', `${opposite(way)} after ${way}`, back.value.data, input.data, tolerance);
    const what = `logDet of ${opposite(way)} against minus that of ${way}`;
    assertClose(bijector, 'opposite log-determinants', what, back.logDet.data, negated(there.logDet.data), tolerance);
  }
}

/** `logDet` is the logarithm of the absolute determinant of the automatic Jacobian, in the coordinates of y. */
export async function checkLogDet(subject: Subject, way: Way, found: readonly Jacobian[]): Promise<void> {
  const { value, logDet } = await evaluate(subject.bijector, way, subject.points[way]);
  const context = subject.points[way].context;
  const ambient = way === 'inverse' && subject.coordinates.length < sizeOf(subject.shapes.inverse);
  const forward = ambient ? await jacobians(subject.bijector, 'forward', { input: value, context }) : [];
  const expected = found.map(({ input }, row) => {
    if (way === 'forward') return logAbsDet(inCoordinates(subject, input));
    if (!ambient) return logAbsDet(input);
    // The inverse may read all of y, which moves with its coordinates as the forward Jacobian says.
    return logAbsDet(product(input, forward[row].input)) - logAbsDet(inCoordinates(subject, forward[row].input));
  });
  assertClose(
    subject.bijector,
    'log-determinant',
    `${way}, against the automatic Jacobian`,
    logDet.data,
    expected,
    subject.tolerance,
  );
}

/** The rows of a forward Jacobian that belong to the coordinates of y. */
export function inCoordinates({ coordinates }: Subject, jacobian: readonly number[][]): number[][] {
  return coordinates.map((coordinate) => jacobian[coordinate]);
}

function logAbsDet(matrix: readonly number[][]): number {
  return solve(
    matrix,
    matrix.map(() => 0),
  ).logAbsDet;
}

function product(a: readonly number[][], b: readonly number[][]): number[][] {
  return a.map((row) => b[0].map((_, j) => row.reduce((sum, value, k) => sum + value * b[k][j], 0)));
}

/** The derivatives that may not be are exactly zero in every row, those that must be are not zero in all rows. */
export function checkConnectivity(
  subject: Subject,
  way: Way,
  jacobians: readonly Jacobian[],
  connected: Connectivity,
): void {
  for (let output = 0; output < sizeOf(subject.shapes[opposite(way)]); output++) {
    for (let input = 0; input < sizeOf(subject.shapes[way]); input++) {
      const found = jacobians.map((jacobian) => jacobian.input[output][input]).find((derivative) => derivative !== 0);
      if (connected(output, input) === (found !== undefined)) continue;
      const expected = connected(output, input) ? 'must depend' : 'must not depend';
      const what = `${way}: output ${output} ${expected} on input ${input}, got a derivative of ${found ?? 0}`;
      broken(subject.bijector, 'exact connectivity', what);
    }
  }
}

/** The context changes those numbers of the result that it must reach, and no others. */
export function checkContextReach(
  subject: Subject,
  way: Way,
  jacobians: readonly Jacobian[],
  reach: (output: number) => boolean,
): void {
  if (subject.bijector.contextDim === 0) return;
  for (let output = 0; output < sizeOf(subject.shapes[opposite(way)]); output++) {
    const reached = jacobians.some((jacobian) => jacobian.context[output].some((derivative) => derivative !== 0));
    if (reached === reach(output)) continue;
    const found = reached ? 'changes' : 'does not change';
    broken(subject.bijector, 'context reaching every output', `${way}: the context ${found} output ${output}`);
  }
}
