// Threefry-2x32 with 20 rounds (Salmon et al. 2011) of four counters at a time: the SIMD form of src/random/threefry.ts.

// @ts-ignore: decorator
@inline
function rotateLeft(x: v128, bits: i32): v128 {
  return v128.or(i32x4.shl(x, bits), i32x4.shr_u(x, 32 - bits));
}

/** Result of {@link threefry}: the two words of each of four blocks. */
export let highWords: v128 = i32x4.splat(0);
export let lowWords: v128 = i32x4.splat(0);

// @ts-ignore: decorator
@inline
function add(x: v128, y: i32): v128 {
  return i32x4.add(x, i32x4.splat(y));
}

/** Encrypts the counters `(0, counters[i])` under a key. */
export function threefry(high: i32, low: i32, counters: v128): void {
  const third = high ^ low ^ 0x1bd11bda;
  let x = i32x4.splat(high);
  let y = add(counters, low);
  // Written out: a rotation by a variable number of bits is slower.
  x = i32x4.add(x, y); y = v128.xor(rotateLeft(y, 13), x);
  x = i32x4.add(x, y); y = v128.xor(rotateLeft(y, 15), x);
  x = i32x4.add(x, y); y = v128.xor(rotateLeft(y, 26), x);
  x = i32x4.add(x, y); y = v128.xor(rotateLeft(y, 6), x);
  x = add(x, low); y = add(y, third + 1);
  x = i32x4.add(x, y); y = v128.xor(rotateLeft(y, 17), x);
  x = i32x4.add(x, y); y = v128.xor(rotateLeft(y, 29), x);
  x = i32x4.add(x, y); y = v128.xor(rotateLeft(y, 16), x);
  x = i32x4.add(x, y); y = v128.xor(rotateLeft(y, 24), x);
  x = add(x, third); y = add(y, high + 2);
  x = i32x4.add(x, y); y = v128.xor(rotateLeft(y, 13), x);
  x = i32x4.add(x, y); y = v128.xor(rotateLeft(y, 15), x);
  x = i32x4.add(x, y); y = v128.xor(rotateLeft(y, 26), x);
  x = i32x4.add(x, y); y = v128.xor(rotateLeft(y, 6), x);
  x = add(x, high); y = add(y, low + 3);
  x = i32x4.add(x, y); y = v128.xor(rotateLeft(y, 17), x);
  x = i32x4.add(x, y); y = v128.xor(rotateLeft(y, 29), x);
  x = i32x4.add(x, y); y = v128.xor(rotateLeft(y, 16), x);
  x = i32x4.add(x, y); y = v128.xor(rotateLeft(y, 24), x);
  x = add(x, low); y = add(y, third + 4);
  x = i32x4.add(x, y); y = v128.xor(rotateLeft(y, 13), x);
  x = i32x4.add(x, y); y = v128.xor(rotateLeft(y, 15), x);
  x = i32x4.add(x, y); y = v128.xor(rotateLeft(y, 26), x);
  x = i32x4.add(x, y); y = v128.xor(rotateLeft(y, 6), x);
  highWords = add(x, third);
  lowWords = add(y, high + 5);
}
