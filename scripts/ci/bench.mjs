// The promise of the kernels, paired in one run: a training step at least 8 times as fast as on stock tfjs-wasm.
import { root, run } from '../setup.mjs';

process.exit(run(process.execPath, [`${root}/bench/dist/main.js`, 'MAF', '--rounds', '5', '--at-least', '8']));
