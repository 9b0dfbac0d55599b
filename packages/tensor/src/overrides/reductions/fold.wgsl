// A sequential fold: one thread for each result. The generated code before this defines `fold` and `resultOf`.

fn main(index : i32) {
  if (index >= uniforms.size) { return; }
  let first = index / uniforms.inner * uniforms.count * uniforms.inner + index % uniforms.inner;
  var found = A[first];
  for (var i = 1; i < uniforms.count; i++) { found = fold(found, A[first + i * uniforms.inner]); }
  result[index] = resultOf(found);
}
