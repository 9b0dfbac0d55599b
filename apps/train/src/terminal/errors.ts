/** Something the user can put right: shown as one line, without a stack trace. */
export class UserError extends Error {
  readonly exitCode: number = 1;
}

/** Invalid arguments. */
export class UsageError extends UserError {
  override readonly exitCode = 2;
}

/** A run that a signal stopped; the message says how to go on. */
export class InterruptedError extends UserError {
  override readonly exitCode: number;

  /** @param signal the exit code is the shell's for it: 128 and its number */
  constructor(message: string, signal: StopSignal = 'SIGINT') {
    super(message);
    this.exitCode = STOP_SIGNALS[signal];
  }
}

/** The signals that end a run in good order, with the exit codes that shells give them. */
export const STOP_SIGNALS = { SIGINT: 130, SIGTERM: 143 } as const;

export type StopSignal = keyof typeof STOP_SIGNALS;

/** The code of a failed system call, as `ENOENT`. */
export function errorCode(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error ? String(error.code) : undefined;
}
