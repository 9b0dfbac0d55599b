/** The parameters of a throw: its angle in degrees above the ground, and its speed in metres a second. */
export type Throw = readonly [angle: number, speed: number];

/** What is measured: how far it went, and the logarithm of the measurement's standard deviation, both in metres. */
export type Measurement = readonly [distance: number, logError: number];

const GRAVITY = 9.81;
const RADIANS = Math.PI / 180;

/** What is believed before a measurement: independent normal distributions. */
const prior = { mean: [45, 12], deviation: [14, 2.5] } as const;

/** The errors that a measurement may have, in metres. */
export const errors = { from: 0.3, to: 4 } as const;

/** How far a ball goes over flat ground, without air. */
export const distanceOf = ([angle, speed]: Throw): number => (speed ** 2 * Math.sin(2 * angle * RADIANS)) / GRAVITY;

/** A throw and its measurement, from four random numbers: one of [0, 1), three standard normal. */
export function simulate(uniform: number, [a, b, c]: readonly [number, number, number]): [Throw, Measurement] {
  const thrown: Throw = [prior.mean[0] + prior.deviation[0] * a, prior.mean[1] + prior.deviation[1] * b];
  const logError = Math.log(errors.from) + uniform * Math.log(errors.to / errors.from);
  return [thrown, [distanceOf(thrown) + Math.exp(logError) * c, logError]];
}

/** The logarithm of prior times likelihood: the posterior but for a constant. */
export function logPosterior(thrown: Throw, [distance, logError]: Measurement): number {
  const before = thrown.reduce((sum, value, i) => sum + ((value - prior.mean[i]) / prior.deviation[i]) ** 2, 0);
  return -(before + ((distance - distanceOf(thrown)) / Math.exp(logError)) ** 2) / 2;
}

/** Where the ball is after a share of its flight, in metres. */
export function placeOf(thrown: Throw, share: number): [along: number, up: number] {
  const [angle, speed] = [thrown[0] * RADIANS, thrown[1]];
  const time = (share * 2 * speed * Math.sin(angle)) / GRAVITY;
  return [speed * Math.cos(angle) * time, speed * Math.sin(angle) * time - (GRAVITY * time ** 2) / 2];
}
