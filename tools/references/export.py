"""From the modules of zuko and nflows to the configuration and the variables of Pushforward's.

Weights lie `[outputs, inputs]` there and `[inputs, outputs]` here. Those that a mask removes are exported as they are: where our mask
differs, they act.
"""

import torch

GRID = 64


def randomise(module, gain, generator):
    """Fills every parameter with numbers of standard deviation gain / √inputs on a grid, so that float32 holds each one exactly."""
    for parameter in module.parameters():
        scale = gain / parameter.shape[-1] ** 0.5 if parameter.ndim == 2 else 0.3
        drawn = torch.randn(parameter.shape, generator=generator) * scale
        parameter.data.copy_(torch.round(drawn * GRID) / GRID)


def on_grid(shape, scale, generator):
    """Normal numbers that float32 holds exactly."""
    return torch.round(torch.randn(shape, generator=generator) * scale * GRID) / GRID


def made(linears, order, parameter_count, context, activation):
    """A `Made`: the degrees of the hidden units are read off the masks, and the units sorted by them.

    `linears` are masked linear layers with `weight`, `bias` and `mask`; the first one's inputs are the dimensions, then the context.
    """
    dim = len(order)
    rank = torch.argsort(torch.tensor(order))
    units = torch.cat([rank + 1, torch.zeros(context, dtype=torch.long)])
    reached = torch.eye(dim + context)
    source = torch.arange(dim + context)
    degrees, variables = [], {}
    for i, linear in enumerate(linears):
        mask = linear.mask.to(reached.dtype)
        reached = (mask @ reached > 0).to(reached.dtype)
        if i < len(linears) - 1:
            own = reached[:, :dim].sum(1).long()
            target = torch.argsort(own, stable=True)
            expected = own[:, None] >= units[None, :]
            degrees.append(own[target].tolist())
        else:
            own = torch.repeat_interleave(rank + 1, parameter_count)
            target = torch.arange(len(own))
            expected = own[:, None] > units[None, :]
        assert torch.equal(mask.bool(), expected), "these masks do not follow from degrees"
        weights = linear.weight[target][:, source].T
        if i == 0:
            variables["layers.0.weights"] = weights[:dim]
            if context > 0:
                variables["contextWeights"] = weights[dim:]
        else:
            variables[f"layers.{i}.weights"] = weights
        variables[f"layers.{i}.bias"] = linear.bias[target]
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
    first, *others = linears
    assert first.weight.shape[1] == input_dim + context
    variables = {"weights.0": first.weight[:, :input_dim].T}
    if context > 0:
        variables["contextWeights"] = first.weight[:, input_dim:].T
    for i, linear in enumerate(others, start=1):
        variables[f"weights.{i}"] = linear.weight.T
    for i, linear in enumerate(linears):
        variables[f"biases.{i}"] = linear.bias
    config = {
        "type": "Mlp",
        "inputDim": input_dim,
        "outputDim": linears[-1].weight.shape[0],
        "hidden": [linear.weight.shape[0] for linear in linears[:-1]],
        "contextDim": context,
        "activation": activation,
    }
    return config, variables


def linears_of(module):
    """The linear layers of a network, from its input to its output."""
    return [child for child in module.modules() if hasattr(child, "weight")]


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
