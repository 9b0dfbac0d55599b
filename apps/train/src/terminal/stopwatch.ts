/** What took how long. */
export interface Lap {
  name: string;
  seconds: number;
  note?: string;
}

/** Times the parts of a run. */
export class Stopwatch {
  readonly laps: Lap[] = [];
  #last = performance.now();

  /** Ends a part that began when the one before it ended. */
  lap(name: string, note?: string): void {
    const now = performance.now();
    this.add(name, (now - this.#last) / 1000, note);
  }

  /** Ends a part whose time is known otherwise. */
  add(name: string, seconds: number, note?: string): void {
    this.laps.push({ name, seconds, note });
    this.#last = performance.now();
  }
}
