// ONNX's own checker, with inference of all shapes, on exported flows. It needs Python 3 with pip and PyPI; exits with 2 where something of that is
// missing.
import { spawnSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { root } from '../../setup.mjs';
import { onnxFlows } from './flows.mjs';

const ONNX = '1.22.0';
const MISSING = 2;

const directory = path.join(root, '.cache', 'onnx');
const python = path.join(directory, 'bin', 'python3');
mkdirSync(directory, { recursive: true });

function run(command, args) {
  return spawnSync(command, args, { cwd: directory, stdio: 'inherit' }).status === 0;
}

const isReady = run('python3', ['-m', 'venv', '.']) && run(python, ['-m', 'pip', 'install', '-q', `onnx==${ONNX}`]);
if (!isReady) {
  console.error(`onnx-checker: onnx ${ONNX} cannot be installed from PyPI`);
  process.exit(MISSING);
}

const files = (await onnxFlows()).flatMap((flow) =>
  ['density', 'sampler'].map((graph) => {
    const file = path.join(directory, `${flow.name}-${graph}.onnx`);
    writeFileSync(file, flow[graph]);
    return file;
  }),
);
const check = `
import sys, onnx
for file in sys.argv[1:]:
    onnx.checker.check_model(onnx.load(file), full_check=True)
print(f"{len(sys.argv) - 1} files pass the checker of onnx {onnx.__version__}")
`;
process.exit(run(python, ['-c', check, ...files]) ? 0 : 1);
