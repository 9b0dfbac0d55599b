/** Up to so many bytes are copied number by number: a call would take longer. */
const SHORT: usize = 64;

/**
 * Repeats each block of a buffer of 4-byte numbers, one copy behind the other, in another buffer.
 *
 * @param blocks how many there are
 * @param count how many numbers each has, at least one
 * @param repeats how often each stands in the target, at least once
 */
export function repeatBlocks(target: usize, source: usize, blocks: i32, count: i32, repeats: i32): void {
  const bytes = <usize>count << 2;
  const total = bytes * <usize>repeats;
  const isShort = bytes < SHORT;
  const short = min(total, bytes * (SHORT / bytes));
  for (let block: i32 = 0; block < blocks; block++) {
    let done = bytes;
    if (isShort) {
      for (let i: usize = 0; i < bytes; i += 4) store<u32>(target + i, load<u32>(source + i));
      for (; done < short; done += 4) store<u32>(target + done, load<u32>(target + done - bytes));
    } else memory.copy(target, source, bytes);
    // The copies so far are copied behind themselves: twice as many each time.
    while (done < total) {
      const next = min(done, total - done);
      memory.copy(target + done, target, next);
      done += next;
    }
    target += total;
    source += bytes;
  }
}
