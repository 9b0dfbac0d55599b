import { type Command, Option } from 'commander';
import type { Host } from '../terminal/host.js';
import { debugOption } from './debug-option.js';

/** Where every option stands that a run takes from its record when it is resumed. */
export function resumable(command: Command): Command {
  const others = command.options.map((option) => option.attributeName());
  return command
    .addOption(new Option('--resume <dir>', 'resume a run that was stopped, with its own settings').conflicts(others))
    .addOption(debugOption());
}

/** Goes on with a run, whichever command began it. */
export async function resume(host: Host, directory: string): Promise<void> {
  const { resumeRun } = await import('../commands/resume.js');
  await resumeRun(host, directory);
}
