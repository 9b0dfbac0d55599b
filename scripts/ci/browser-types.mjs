// No package may see the types of Node: `process.exit()` must not compile in code that runs in browsers. A dependency whose declarations refer to
// them would let it. The entry of @pushforward/io for Node has a tsconfig of its own.
import { spawnSync } from 'node:child_process';
import path from 'node:path';
import { environment, root } from '../setup.mjs';
import { packageNames } from '../shared/doors.mjs';

for (const name of packageNames) {
  const args = ['--project', path.join(root, 'packages', name, 'tsconfig.build.json'), '--listFilesOnly'];
  const { status, stdout } = spawnSync('tsc', args, {
    cwd: root,
    env: environment,
    encoding: 'utf8',
    maxBuffer: 1 << 28,
  });
  const files = stdout.split('\n');
  const node = files.filter((file) => file.includes('/@types/node/'));
  const own = files.filter((file) => file.includes(`/packages/${name}/src/`));
  if (status !== 0 || own.length === 0 || node.length > 0) {
    console.error(`packages/${name}: ${node[0] ?? 'tsc lists no file'}`);
    process.exitCode = 1;
  }
}
