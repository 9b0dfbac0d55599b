import type { BackendOptions } from '../options.js';

/** How `useBackend` starts one backend. */
export interface BackendLoader {
  /**
   * Imports the backend's package, if it has one; that registers the backend with TensorFlow.js.
   *
   * @param isAutomatic whether nobody asked for this backend: one that would be slower than the next is then not at hand
   * @returns null, or why the backend is not at hand and how to get it, as the end of the sentence `backend 'x' …`
   * @throws what the package throws if it is there and broken
   */
  load(options: BackendOptions, isAutomatic: boolean): Promise<string | null>;
  /**
   * Sees to what the backend needs from elsewhere in order to start.
   *
   * @returns null, or why it cannot start and what to do, as the end of the sentence `backend 'x' …`
   */
  begin?(options: BackendOptions): Promise<string | null>;
  /** Runs once the backend is in use, before kernels are registered. */
  prepare?(options: BackendOptions): Promise<void>;
}

/** Whether an import failed because the package is not there, as Node and bundlers put it, and not because it is broken. */
export function isMissing(error: unknown, packageName: string): boolean {
  const { code, message } = error as { code?: unknown; message?: unknown };
  const named = typeof message === 'string' && message.includes(packageName);
  return (
    named &&
    (code === 'ERR_MODULE_NOT_FOUND' ||
      code === 'MODULE_NOT_FOUND' ||
      /could not resolve|failed to resolve|bare specifier|does not resolve/i.test(message))
  );
}
