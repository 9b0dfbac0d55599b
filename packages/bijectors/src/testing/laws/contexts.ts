import { formatShape, sizeOf } from '@pushforward/tensor';
import { assertClose, assertGradientClose, broken, type Values } from '@pushforward/tensor/testing';
import { evaluate, gradients, type Point, type Way } from '../harness/evaluate.js';
import { opposite, ROWS, type Subject, WAYS } from '../harness/subject.js';

const LAW = 'one event under many contexts';

/** One event under several contexts gives what as many copies of it give, in values and in gradients. */
export async function checkManyContexts(subject: Subject): Promise<void> {
  for (const way of WAYS) {
    const { input, context } = subject.points[way];
    if (!context) return;
    const size = sizeOf(subject.shapes[way]);
    const numbers = Array.from(input.data);
    for (const events of [1, 2]) {
      const lead = events === 1 ? [] : [events, 1];
      const few = { data: numbers.slice(0, events * size), shape: [...lead, ...subject.shapes[way]] };
      const batch = events === 1 ? [ROWS] : [events, ROWS];
      const copies = Array.from({ length: events }, (_, i) =>
        Array.from({ length: ROWS }, () => numbers.slice(i * size, (i + 1) * size)),
      );
      const all = { data: copies.flat(2), shape: [...batch, ...subject.shapes[way]] };
      await compare(subject, way, { few: { input: few, context }, all: { input: all, context } }, batch);
    }
  }
}

async function compare(
  subject: Subject,
  way: Way,
  points: { few: Point; all: Point },
  batch: readonly number[],
): Promise<void> {
  const { bijector, shapes, tolerance } = subject;
  const what = `${way} of ${formatShape(points.few.input.shape)} with a context of ${formatShape(points.few.context!.shape)}`;
  const expected = await evaluate(bijector, way, points.all);
  const found = await evaluate(bijector, way, points.few).catch((error: Error) =>
    broken(bijector, LAW, `${what} must be taken, got '${error.message}'`),
  );
  for (const [name, shape] of [
    ['value', [...batch, ...shapes[opposite(way)]]],
    ['logDet', batch],
  ] as const) {
    if (formatShape(found[name].shape) !== formatShape(shape)) {
      broken(bijector, LAW, `${what}: ${name} must be ${formatShape(shape)}, got ${formatShape(found[name].shape)}`);
    }
    assertClose(bijector, LAW, `${what}: ${name}`, found[name].data, expected[name].data, tolerance);
  }
  // Different for every number, so that no sum hides a mistake.
  const weights = { value: waves(found.value), logDet: waves(found.logDet) };
  const [ofFew, ofAll] = [
    await gradients(bijector, way, points.few, weights, new Map()),
    await gradients(bijector, way, points.all, weights, new Map()),
  ];
  const size = sizeOf(shapes[way]);
  const summed = Array.from(ofFew.input, (_, i) => {
    const event = Math.floor(i / size);
    return Array.from({ length: ROWS }, (_copy, row) => ofAll.input[(event * ROWS + row) * size + (i % size)]).reduce(
      (sum, part) => sum + part,
      0,
    );
  });
  assertGradientClose(bijector, LAW, `${what}: the gradient of the argument`, ofFew.input, summed, tolerance);
  assertGradientClose(bijector, LAW, `${what}: the gradient of the context`, ofFew.context, ofAll.context, tolerance);
}

function waves({ shape }: Values): number[] {
  return Array.from({ length: sizeOf(shape) }, (_, i) => Math.cos(i));
}
