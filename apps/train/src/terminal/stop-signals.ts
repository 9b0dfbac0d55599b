import { STOP_SIGNALS, type StopSignal } from './errors.js';

/** The part of `process` that {@link onStopSignals} needs. */
export interface SignalSource {
  on(name: string, listener: () => void): unknown;
  exit(code: number): unknown;
}

/** A signal that Ctrl-C or a polite `kill` aborts, with the name as its reason; the second time the process exits at once. */
export function onStopSignals(source: SignalSource): AbortSignal {
  const controller = new AbortController();
  for (const name of Object.keys(STOP_SIGNALS) as StopSignal[]) {
    source.on(name, () => {
      if (controller.signal.aborted) source.exit(STOP_SIGNALS[name]);
      controller.abort(name);
    });
  }
  return controller.signal;
}
