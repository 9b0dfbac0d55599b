import { spawn } from 'node:child_process';
import path from 'node:path';
import { root, setup } from './setup.mjs';

setup();
// The directory in which the user typed the command, so that relative paths mean what they say.
const cwd = process.env.INIT_CWD ?? process.cwd();
const child = spawn(process.execPath, [path.join(root, 'apps/train/dist/main.js'), ...process.argv.slice(2)], {
  cwd,
  stdio: 'inherit',
});
// A terminal sends Ctrl-C to the whole group: wait for the app to save and to choose the exit code.
for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => signal === 'SIGTERM' && child.kill(signal));
child.on('exit', (code, signal) => process.exit(signal ? 1 : code));
