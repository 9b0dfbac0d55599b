// One thread for each sequence of numbers. `START` and `combine`, which are put before, are its sum or its product.

fn main(index : i32) {
  let count = uniforms.count;
  if (count == 0 || index >= uniforms.size / count) { return; }
  let first = index / uniforms.inner * count * uniforms.inner + index % uniforms.inner;
  var total = START;
  for (var i = 0; i < count; i++) {
    let at = first + select(i, count - 1 - i, uniforms.isReverse == 1) * uniforms.inner;
    let before = total;
    total = combine(total, A[at]);
    result[at] = select(total, before, uniforms.isExclusive == 1);
  }
}
