const EVENTS = ['uncaughtException', 'unhandledRejection'] as const;

type Listener = (...values: unknown[]) => void;

interface NodeProcess {
  listeners?(event: string): Listener[];
  removeListener(event: string, listener: Listener): void;
}

/** A function that does nothing but throw what it gets, of whatever name and formatting. */
const RETHROWS =
  /^function\s*\w*\s*\(\s*\w+\s*\)\s*\{\s*(if\s*\(\s*!\s*\(\s*\w+\s+instanceof\s+\w+\s*\)\s*\)\s*)?\{?\s*throw\s+\w+;?\s*\}?\s*;?\s*\}$/;

/**
 * Runs `start` and takes away the process's listeners that it added to throw again whatever reaches them.
 *
 * The WebAssembly build of TensorFlow.js adds such a pair: a program's own handlers could not keep it alive any more, and one without
 * handlers would end with exit code 7 and a line of TensorFlow.js in place of its own.
 */
export async function withoutRethrowers<T>(start: () => Promise<T>): Promise<T> {
  const { process } = globalThis as { process?: NodeProcess };
  const listenersOf = (event: string) => process?.listeners?.(event) ?? [];
  const before = new Map(EVENTS.map((event) => [event, new Set(listenersOf(event))]));
  try {
    return await start();
  } finally {
    for (const event of EVENTS) {
      for (const listener of listenersOf(event)) {
        if (!before.get(event)!.has(listener) && RETHROWS.test(String(listener)))
          process!.removeListener(event, listener);
      }
    }
  }
}
