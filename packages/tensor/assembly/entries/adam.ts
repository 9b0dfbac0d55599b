import { ADAM_SQUARES, ADAM_UPDATES } from '../threads/kernel-ids';
import { arraysAt, chunksOf, AdamSettings } from '../adam/adam';
import { runTasks } from '../threads/pool';

/** A number's update takes the time of about so many multiplications of a matrix product. */
const WORK: f64 = 15;

/** One step of Adam or Adamax over all variables. */
export function adam(at: usize): void {
  const settings = changetype<AdamSettings>(at);
  let chunks: i32 = 0;
  let numbers: f64 = 0;
  for (let v: i32 = 0; v < settings.count; v++) {
    const count = arraysAt(settings.table, v).count;
    chunks += chunksOf(count);
    numbers += <f64>count;
  }
  settings.factor = 1;
  if (settings.clipNorm > 0) {
    runTasks(ADAM_SQUARES, at, chunks, WORK * numbers / 4);
    // In the order of the chunks, whichever thread has computed them.
    let squares: f64 = 0;
    for (let chunk: i32 = 0; chunk < chunks; chunk++) squares += load<f64>(settings.squares + (<usize>chunk << 3));
    settings.factor = settings.clipNorm / max<f32>(settings.clipNorm, <f32>Math.sqrt(squares));
  }
  runTasks(ADAM_UPDATES, at, chunks, WORK * numbers);
}
