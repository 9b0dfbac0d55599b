import { setTimeout } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { SideProcess } from './side-process.js';

/** A side whose process runs this program. */
function sideOf(program: string) {
  return { name: 'ours 1', library: 'ours' as const, threads: 1, command: [process.execPath, '-e', program] };
}

const greet = 'console.log(JSON.stringify({ backend: "none" }));';

it('reports a process that ended while nothing was asked of it', async () => {
  const side = await SideProcess.start(sideOf(greet));
  await setTimeout(300);
  await expect(side.ask({ run: 'maf-step', runs: 1 })).rejects.toThrow('the process of ours 1 ended early');
});

it('reports a process that ends instead of answering', async () => {
  const side = await SideProcess.start(sideOf(`${greet} process.stdin.once('data', () => process.exit());`));
  await expect(side.ask({ run: 'maf-step', runs: 1 })).rejects.toThrow('the process of ours 1 ended early');
});
