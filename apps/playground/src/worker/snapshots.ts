import type { Module } from '@pushforward/tensor';

/** What all snapshots of a run may take together. */
const MOST_BYTES = 64 * 2 ** 20;
const MOST = 120;

/** The weights of a module at some of its steps, as numbers outside of the backend. */
export class Snapshots {
  readonly #kept: { step: number; weights: Float32Array[] }[] = [];
  readonly #every: number;

  /** @param steps how many steps the whole run has */
  constructor(module: Module, steps: number) {
    const bytes = [...module.variables().values()].reduce((sum, { size }) => sum + 4 * size, 0);
    const most = Math.max(8, Math.min(MOST, Math.floor(MOST_BYTES / Math.max(1, bytes))));
    this.#every = Math.ceil(steps / most);
  }

  get count(): number {
    return this.#kept.length;
  }

  stepOf(index: number): number {
    return this.#kept[index].step;
  }

  isDue(step: number): boolean {
    return step % this.#every === 0;
  }

  async keep(module: Module, step: number): Promise<void> {
    const readings = [...module.variables().values()].map(async (variable) =>
      ((await variable.data()) as Float32Array).slice(),
    );
    this.#kept.push({ step, weights: await Promise.all(readings) });
  }

  /** Gives a module of the same kind the weights of a snapshot. */
  assign(index: number, module: Module, make: (values: Float32Array, shape: number[]) => { dispose(): void }): void {
    for (const [i, variable] of [...module.variables().values()].entries()) {
      const value = make(this.#kept[index].weights[i], variable.shape);
      variable.assign(value as never);
      value.dispose();
    }
  }
}
