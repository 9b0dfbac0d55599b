// The gradients of the offsets: the adjoints of each event, or their sum.

fn main(index : i32) {
  if (index >= uniforms.size) { return; }
  let at = uniforms.weightCount + index;
  // The last offset that begins at this index or before.
  var found = -1;
  var begin = -1;
  for (var l = 0; l < uniforms.layerCount; l++) {
    let offset = layerAt(l).offset;
    if (offset <= at && offset > begin) {
      found = l;
      begin = offset;
    }
  }
  let layer = layerAt(found);
  let units = layer.units;
  let within = at - layer.offset;
  let unit = (nodeAt(found + 1).values + lookup(layer.columnUnits, within % units)) * TILE;
  let stride = uniforms.recordUnits * TILE;
  if (layer.offsetPerRow == 1) {
    let row = within / units;
    result[index] = adjoints[row / TILE * stride + unit + row % TILE];
    return;
  }
  var sum = 0.0;
  for (var row = 0; row < uniforms.rows; row += TILE) {
    var part = 0.0;
    for (var event = 0; event < TILE; event++) { part += adjoints[row / TILE * stride + unit + event]; }
    sum += part;
  }
  result[index] = sum;
}
