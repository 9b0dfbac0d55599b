/** Does one piece of work after another, in the order in which they come: the backend computes one thing at a time. */
export class WorkQueue {
  #last: Promise<unknown> = Promise.resolve();

  /**
   * Does some work when it is its turn.
   *
   * @throws the signal's reason if that is aborted before or meanwhile; what has not begun by then is never begun
   */
  run<T>(work: () => Promise<T>, signal: AbortSignal): Promise<T> {
    const turn = this.#last.then(() => {
      signal.throwIfAborted();
      return work();
    });
    // The next one waits for the end of this one, however it ends.
    this.#last = turn.catch(() => undefined);
    return untilAborted(turn, signal);
  }
}

/** A result, or the signal's reason as soon as that is aborted. */
export function untilAborted<T>(result: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const abort = () => reject(signal.reason);
    if (signal.aborted) abort();
    signal.addEventListener('abort', abort, { once: true });
    void result.then(resolve, reject).finally(() => signal.removeEventListener('abort', abort));
  });
}
