// The structure of a network lies in `tables`: nodes, layers, and the lists that these refer to by where they begin. A record holds the
// values of one tile of 16 events, unit by unit, as in `assembly/masked-network/`.

struct Node {
  // The list of the starts of its degrees.
  starts : i32,
  // The first unit of its values in a record, and of these through the activation.
  values : i32,
  reads : i32,
}

struct Layer {
  // The node that it reads, and the one that is added to its result, or -1.
  source : i32,
  skip : i32,
  inputs : i32,
  units : i32,
  // For each unit, how many inputs it reads; for each input, the first unit that reads it.
  limits : i32,
  firsts : i32,
  // The order of inputs and units in the weights, and of units by column; -1 if they are in order.
  inputOrder : i32,
  unitOrder : i32,
  columnUnits : i32,
  // Where they begin in `theta`; no offset is -1.
  weights : i32,
  offset : i32,
  // Blocks of the gradients of weights in the layers before.
  blocksBefore : i32,
  offsetPerRow : i32,
}

fn nodeAt(n : i32) -> Node { return loadNode(uniforms.nodesOffset, n); }
fn layerAt(l : i32) -> Layer { return loadLayer(uniforms.layersOffset, l); }

fn lookup(order : i32, index : i32) -> i32 {
  if (order < 0) { return index; }
  return tables[order + index];
}
