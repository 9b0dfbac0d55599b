// Reads the table that it is given as the command line reads it, and prints the sum of its numbers.
import path from 'node:path';
import { pathToFileURL } from 'node:url';

interface Reader {
  openTable(cwd: string, name: string): Promise<{ blocks(): AsyncIterable<{ values: Float64Array }> }>;
}

// The reader is a part of the command, which no other package can import.
const built = path.join(import.meta.dirname, '../../../apps/train/dist/data/read-table.js');
const reader = (await import(pathToFileURL(built).href)) as Reader;
const start = performance.now();
let [sum, numbers] = [0, 0];
const table = await reader.openTable(process.cwd(), process.argv[2]);
for await (const { values } of table.blocks()) {
  for (const value of values) sum += value;
  numbers += values.length;
}
console.log(
  JSON.stringify({
    seconds: (performance.now() - start) / 1000,
    sum,
    numbers,
    peakBytes: process.resourceUsage().maxRSS * 1024,
  }),
);
