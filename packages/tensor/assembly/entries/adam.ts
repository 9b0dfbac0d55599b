import { ADAM_SQUARES, ADAM_UPDATES } from '../threads/task-ids';
import { arraysAt, partsOf, AdamSettings } from '../adam/adam';
import { runParts } from '../threads/pool';

/** A number's update takes the time of about so many multiplications of a matrix product. */
const WORK: f64 = 15;

/** One step of Adam or Adamax over all variables. */
export function adam(at: usize): void {
  const settings = changetype<AdamSettings>(at);
  let parts: i32 = 0;
  let numbers: f64 = 0;
  for (let v: i32 = 0; v < settings.count; v++) {
    const count = arraysAt(settings.table, v).count;
    parts += partsOf(count);
    numbers += <f64>count;
  }
  settings.factor = 1;
  if (settings.clipNorm > 0) {
    runParts(ADAM_SQUARES, at, parts, WORK * numbers / 4);
    // In the order of the parts, whoever has computed them.
    let squares: f64 = 0;
    for (let part: i32 = 0; part < parts; part++) squares += load<f64>(settings.squares + (<usize>part << 3));
    settings.factor = settings.clipNorm / max<f32>(settings.clipNorm, <f32>Math.sqrt(squares));
  }
  runParts(ADAM_UPDATES, at, parts, WORK * numbers);
}
