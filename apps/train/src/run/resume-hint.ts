import { type RunDirectory, shownPath } from './run-directory.js';
import { fileProblem } from '../files/files.js';
import { InterruptedError, UserError } from '../terminal/errors.js';
import { commandLine, type Host, stopSignal } from '../terminal/host.js';

/** Adds to the message of an interruption, or of a disk that took no more, how the run can be resumed. */
export async function withResumeHint(host: Host, directory: RunDirectory, action: () => Promise<void>): Promise<void> {
  const resume = commandLine(host, ['--resume', directory.name]);
  try {
    await action();
  } catch (error) {
    if (error instanceof InterruptedError)
      throw new InterruptedError(`${error.message}; resume with: ${resume}`, stopSignal(host));
    const failed = error instanceof UserError ? error.cause : error;
    const problem = fileProblem(failed);
    if (problem === undefined) throw error;
    const { path: file } = failed as NodeJS.ErrnoException;
    const message =
      error instanceof UserError
        ? error.message
        : `${file === undefined ? directory.name : shownPath(host.cwd, file)}: ${problem}`;
    throw new UserError(`${message}; when that is put right, resume with: ${resume}`, { cause: error });
  }
}
