import type { Host } from '../terminal/host.js';
import { printable } from '../terminal/printable.js';
import { openRunDirectory } from '../run/run-directory.js';
import { readRun } from '../run/run-record.js';
import type { DensitySettings } from '../density/settings.js';
import type { DigitsSettings } from '../digits/settings.js';
import { runDigits } from './digits.js';
import { type PaperSettings, runPaper } from './paper.js';
import { runTrain } from './train/train.js';

/** Resumes a run, whichever command began it. */
export async function resumeRun(host: Host, name: string): Promise<void> {
  using directory = openRunDirectory(host.cwd, name);
  const record = await readRun(directory);
  if (record.finished) {
    host.stdout.write(`${printable(name)}: this run has come to its end already\n`);
    return;
  }
  if (record.command === 'digits') await runDigits(host, directory, record, record.settings as DigitsSettings);
  else if (record.command === 'paper') await runPaper(host, directory, record, record.settings as PaperSettings);
  else await runTrain(host, directory, record, record.settings as DensitySettings);
}
