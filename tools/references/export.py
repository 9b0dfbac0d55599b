"""From networks of other libraries to the configuration and the variables of Pushforward's.

A layer has a `weight`, `[outputs, inputs]`, a `bias` and, where it is masked, a `mask`, which numpy can read; with us weights lie `[inputs, outputs]`. Those that a mask
removes are exported as they are: where our mask differs, they act.
"""

import numpy as np


def array(values):
    """Of a tensor of PyTorch, or of whatever numpy reads, as float64 of its own."""
    return np.array(values.detach() if hasattr(values, "detach") else values, dtype=np.float64)


def made(linears, order, parameter_count, context, activation):
    """A `Made`: the degrees of the hidden units are read off the masks, and the units sorted by them.

    The first layer's inputs are the dimensions, then the context.
    """
    dim = len(order)
    rank = np.argsort(order)
    units = np.concatenate([rank + 1, np.zeros(context, dtype=int)])
    reached = np.eye(dim + context)
    source = np.arange(dim + context)
    degrees, variables = [], {}
    for i, linear in enumerate(linears):
        mask = array(linear.mask)
        reached = (mask @ reached > 0).astype(float)
        if i < len(linears) - 1:
            own = reached[:, :dim].sum(1).astype(int)
            target = np.argsort(own, kind="stable")
            expected = own[:, None] >= units[None, :]
            degrees.append(own[target].tolist())
        else:
            own = np.repeat(rank + 1, parameter_count)
            target = np.arange(len(own))
            expected = own[:, None] > units[None, :]
        assert np.array_equal(mask > 0, expected), "these masks do not follow from degrees"
        weights = array(linear.weight)[target][:, source].T
        if i == 0:
            variables["layers.0.weights"] = weights[:dim]
            if context > 0:
                variables["contextWeights"] = weights[dim:]
        else:
            variables[f"layers.{i}.weights"] = weights
        variables[f"layers.{i}.bias"] = array(linear.bias)[target]
        units, source = own, target
    config = {
        "type": "Made",
        "dim": dim,
        "parameterCount": parameter_count,
        "hidden": [len(layer) for layer in degrees],
        "context": context,
        "order": list(order),
        "degrees": degrees,
        "activation": activation,
    }
    return config, variables


def mlp(linears, input_dim, context, activation):
    """An `Mlp`; the first layer's inputs are the dimensions, then the context."""
    first, *others = (array(linear.weight) for linear in linears)
    assert first.shape[1] == input_dim + context
    variables = {"weights.0": first[:, :input_dim].T}
    if context > 0:
        variables["contextWeights"] = first[:, input_dim:].T
    for i, weight in enumerate(others, start=1):
        variables[f"weights.{i}"] = weight.T
    for i, linear in enumerate(linears):
        variables[f"biases.{i}"] = array(linear.bias)
    config = {
        "type": "Mlp",
        "inputDim": input_dim,
        "outputDim": linears[-1].weight.shape[0],
        "hidden": [linear.weight.shape[0] for linear in linears[:-1]],
        "contextDim": context,
        "activation": activation,
    }
    return config, variables


def autoregressive(conditioner, transform, direction):
    config, variables = conditioner
    own = {f"conditioner.{path}": value for path, value in variables.items()}
    return {"type": "Autoregressive", "conditioner": config, "transform": transform, "direction": direction}, own


def coupling(dim, transformed, network, transform):
    config, variables = network
    own = {f"network.{path}": value for path, value in variables.items()}
    return {"type": "Coupling", "dim": dim, "transformed": transformed, "network": config, "transform": transform}, own


def permute(permutation):
    return {"type": "Permute", "dim": len(permutation), "permutation": permutation}, {}


def chain(parts):
    """A `Chain`, the first part next to the base."""
    variables = {f"parts.{i}.{path}": value for i, (_, own) in enumerate(parts) for path, value in own.items()}
    return {"type": "Chain", "parts": [config for config, _ in parts]}, variables
