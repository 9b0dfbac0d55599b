// `apply`, which is put before, of every number.

fn main(index : i32) {
  if (index < uniforms.size) { setOutputAtIndex(index, apply(getAByOutputIndex(index))); }
}
