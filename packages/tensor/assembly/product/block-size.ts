/** The largest block size of at most `limit` (a multiple of `unit`) that cuts `size` into blocks of nearly equal size. */
export function evenBlock(size: i32, limit: i32, unit: i32): i32 {
  const blocks = (size + limit - 1) / limit;
  return roundUp((size + blocks - 1) / blocks, unit);
}

// @ts-ignore: decorator
@inline
export function roundUp(size: i32, unit: i32): i32 {
  return ((size + unit - 1) / unit) * unit;
}
