// A product of small matrices: one thread for each number of the result.

fn main(index : i32) {
  if (index >= uniforms.size) { return; }
  let column = index % uniforms.columns;
  let row = index / uniforms.columns % uniforms.rows;
  let entry = index / (uniforms.columns * uniforms.rows);
  let a = entry * uniforms.entryStrideA + row * uniforms.rowStride;
  let b = entry * uniforms.entryStrideB + column * uniforms.columnStride;
  var sum = 0.0;
  for (var k = 0; k < uniforms.depth; k++) { sum += A[a + k * uniforms.depthStrideA] * B[b + k * uniforms.depthStrideB]; }
  result[index] = sum;
}
