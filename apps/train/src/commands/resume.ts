import { InterruptedError, UserError } from '../errors.js';
import { fileProblem } from '../files.js';
import { commandLine, type Host, stopSignal } from '../host.js';
import { printable } from '../printable.js';
import { openRunDirectory, type RunDirectory, shownPath } from '../run-directory.js';
import { readRun } from '../run-record.js';
import type { DensitySettings } from '../density/settings.js';
import type { DigitsSettings } from '../digits/settings.js';
import { runDigits } from './digits.js';
import { runTrain } from './train.js';

/** Goes on with a run, whichever command began it. */
export async function resumeRun(host: Host, name: string): Promise<void> {
  using directory = openRunDirectory(host.cwd, name);
  const record = await readRun(directory);
  if (record.finished) {
    host.stdout.write(`${printable(name)}: this run has come to its end already\n`);
    return;
  }
  if (record.command === 'digits') await runDigits(host, directory, record, record.settings as DigitsSettings);
  else await runTrain(host, directory, record, record.settings as DensitySettings);
}

/** Adds to the message of an interruption, or of a disk that took no more, how the run can be gone on with. */
export async function withResumeHint(host: Host, directory: RunDirectory, action: () => Promise<void>): Promise<void> {
  const resume = commandLine(host, ['--resume', directory.name]);
  try {
    await action();
  } catch (error) {
    if (error instanceof InterruptedError)
      throw new InterruptedError(`${error.message}; go on with: ${resume}`, stopSignal(host));
    const failed = error instanceof UserError ? error.cause : error;
    const problem = fileProblem(failed);
    if (problem === undefined) throw error;
    const { path: file } = failed as NodeJS.ErrnoException;
    const message =
      error instanceof UserError
        ? error.message
        : `${file === undefined ? directory.name : shownPath(host.cwd, file)}: ${problem}`;
    throw new UserError(`${message}; when that is put right, go on with: ${resume}`, { cause: error });
  }
}
