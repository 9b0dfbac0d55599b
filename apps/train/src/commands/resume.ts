import { InterruptedError } from '../errors.js';
import { commandLine, type Host, stopSignal } from '../host.js';
import { openRun, type RunDirectory } from '../run-directory.js';
import type { DensitySettings } from '../density/settings.js';
import type { DigitsSettings } from '../digits/settings.js';
import { runDigits } from './digits.js';
import { runTrain } from './train.js';

/** Goes on with a run, whichever command began it. */
export async function resumeRun(host: Host, name: string): Promise<void> {
  const { directory, record } = await openRun(host.cwd, name);
  if (record.finished) {
    host.stdout.write(`${name}: this run has come to its end already\n`);
    return;
  }
  if (record.command === 'digits') await runDigits(host, directory, record, record.settings as DigitsSettings);
  else await runTrain(host, directory, record, record.settings as DensitySettings);
}

/** Adds to the message of an interruption how the run can be gone on with. */
export async function withResumeHint(host: Host, directory: RunDirectory, action: () => Promise<void>): Promise<void> {
  try {
    await action();
  } catch (error) {
    if (!(error instanceof InterruptedError)) throw error;
    const resume = commandLine(host, ['--resume', directory.name]);
    throw new InterruptedError(`${error.message}; go on with: ${resume}`, stopSignal(host));
  }
}
