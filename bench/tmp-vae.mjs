import { prepareOurs, startOurs } from './dist/ours.js';
import { sizes } from './dist/size.js';
await startOurs(1);
const size = sizes[Number(process.argv[2] ?? 0)];
for (const op of process.argv[3] ? [process.argv[3]] : ['vae-gaussian-step', 'vae-iaf-step']) {
  const step = prepareOurs(op, size);
  for (let s = performance.now(); performance.now() - s < 2000;) step();
  let best = 1e9;
  for (let r = 0; r < 6; r++) {
    let n = 0;
    const s = performance.now(),
      c = process.cpuUsage();
    while (performance.now() - s < 300) {
      step();
      n++;
    }
    const d = process.cpuUsage(c);
    best = Math.min(best, (d.user + d.system) / 1e3 / n);
  }
  console.log(process.version, op, JSON.stringify([size.dim, size.hidden[0], size.batch]), best.toFixed(2), 'ms');
}
