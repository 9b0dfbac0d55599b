"""Writes a flow of zuko, nflows or sbi as two files that @pushforward/import reads: its arrays as safetensors, and beside them what they are the arrays of, as JSON.

    from export_flow import export_flow
    export_flow(flow, "flow.safetensors")

`flow` is a zuko.flows.Flow, an nflows.flows.Flow, or a posterior or density estimator of sbi. Needs torch and safetensors. What has no counterpart is refused by the
name of its class.
"""

import json
import math
from pathlib import Path

import torch
from safetensors.torch import save_file
from torch import nn

FORMAT = {"type": "pushforward-flow", "version": 1}
ACTIVATIONS = {
    "relu": "relu",
    "leaky_relu": "leakyRelu",
    "leakyrelu": "leakyRelu",
    "elu": "elu",
    "silu": "silu",
    "softplus": "softplus",
    "tanh": "tanh",
}


def export_flow(flow, path):
    """Writes `path`, a .safetensors file, and the .json file beside it."""
    path = Path(path)
    if path.suffix != ".safetensors":
        raise ValueError(f"path must end in .safetensors, got {path.name}")
    model, description = describe_flow(flow)
    arrays = {}
    for name, tensor in model.state_dict().items():
        kind = torch.float32 if tensor.is_floating_point() else torch.int32
        arrays[name] = tensor.detach().cpu().to(kind).contiguous().clone()
    save_file(arrays, path)
    path.with_suffix(".json").write_text(json.dumps(description, indent=1) + "\n")


def describe_flow(flow):
    """The module that holds the arrays, and the description of it."""
    # A posterior of sbi holds an estimator, and that the flow of another library; beside one of zuko stands what its context goes through.
    model = getattr(flow, "posterior_estimator", flow)
    flow = getattr(model, "net", model)
    library = type(flow).__module__.split(".")[0]
    if library == "zuko":
        embedding = getattr(model, "_embedding_net", nn.Identity())
        return model, describe_zuko(flow, names_in(model), embedding)
    if library == "nflows":
        return flow, describe_nflows(flow, names_in(flow))
    raise TypeError(f"{name_of(flow)} is no flow of zuko or nflows")


def names_in(model):
    return {module: name for name, module in model.named_modules()}


def name_of(part):
    return f"{type(part).__module__}.{type(part).__qualname__}"


def refuse(part, why="has no counterpart"):
    return TypeError(f"{name_of(part)} {why}")


def name_of_activation(function):
    return getattr(function, "__name__", type(function).__name__).lower()


def activation_of(function):
    """The name of an activation: a function, or a module with its default options."""
    name = name_of_activation(function)
    changed = [
        getattr(function, option, default) != default
        for option, default in {"negative_slope": 0.01, "alpha": 1.0, "beta": 1.0}.items()
    ]
    if name not in ACTIVATIONS or any(changed):
        raise TypeError(f"the activation {function} has no counterpart; what has: {', '.join(ACTIVATIONS)}")
    return ACTIVATIONS[name]


# ---------------------------------------------------------------- what the context goes through


def describe_context(embedding, names, width):
    """The width of the context, and what it goes through before a flow gets it, `width` numbers: a standardisation, then a multilayer perceptron; either may be missing."""
    parts = parts_of(embedding)
    described = {}
    standardise = parts.pop(0) if parts and type(parts[0]).__name__ == "Standardize" else None
    if parts:
        linears = [part for part in parts if isinstance(part, nn.Linear)]
        between = [part for part in parts if not isinstance(part, nn.Linear)]
        kinds = [isinstance(part, nn.Linear) for part in parts]
        if kinds != [i % 2 == 0 for i in range(len(parts))]:
            odd = next((part for part in between if name_of_activation(part) not in ACTIVATIONS), parts[-1])
            raise refuse(odd, "has no counterpart: an embedding network must be an nn.Sequential of nn.Linear with an activation between each two")
        activations = {activation_of(part) for part in between} or {"relu"}
        if len(activations) > 1:
            raise TypeError(f"an embedding network must have one activation, got {', '.join(sorted(activations))}")
        described["contextEmbedding"] = {
            "type": "mlp",
            "layers": [names[linear] for linear in linears],
            "activation": activations.pop(),
            "activatesOutput": len(between) == len(linears),
        }
        width = linears[0].in_features
    if standardise is not None:
        loc, scale = (own.detach().double().flatten().expand(width).tolist() for own in (standardise._mean, standardise._std))
        described["contextUnits"] = {"type": "affine", "loc": loc, "scale": scale}
    return {"context": width, **described}


def parts_of(network):
    """The layers of a network that goes straight through, one after the other."""
    if isinstance(network, nn.Sequential):
        return [part for own in network for part in parts_of(own)]
    if type(network).__name__ == "FCEmbedding":
        return parts_of(network.net)
    # What has more than one axis reaches the perceptron row by row.
    if isinstance(network, nn.Flatten) and (network.start_dim, network.end_dim) == (1, -1):
        return []
    return [] if isinstance(network, (nn.Identity, nn.Dropout)) else [network]


# ---------------------------------------------------------------- zuko


def describe_zuko(flow, names, embedding):
    import zuko

    lazy = flow.transform.transforms if hasattr(flow.transform, "transforms") else [flow.transform]
    base = flow.base()
    if type(base).__name__ != "DiagNormal":
        raise refuse(base)
    features = base.event_shape[0]
    loc, scale = [f"{names[flow.base]}.{name}" for name, _ in (*flow.base.named_buffers(), *flow.base.named_parameters())]
    steps, context = [], 0
    for step in lazy:
        kind = type(step).__name__
        if kind == "UnconditionalTransform":
            steps += unconditional(step(), features)
            continue
        if not hasattr(step, "hyper") or not hasattr(step, "univariate"):
            raise refuse(step)
        linears, activation = layers_of(step.hyper)
        layers = [names[linear] for linear in linears]
        # zuko's maps have their bounds as defaults of their constructors: an instance tells them.
        univariate = zuko_univariate(step.univariate, step.shapes)
        if kind == "MaskedAutoregressiveTransform":
            context = linears[0].weight.shape[1] - features
            network = {"type": "masked", "layers": layers, "activation": activation, "residual": False}
            steps.append({"type": "autoregressive", "network": network, "univariate": univariate})
        elif kind in ("GeneralCouplingTransform", "ElementWiseTransform"):
            mask = getattr(step, "mask", torch.zeros(features, dtype=torch.bool)).tolist()
            transformed = [i for i, stays in enumerate(mask) if not stays]
            context = linears[0].weight.shape[1] - sum(mask)
            network = {"type": "mlp", "layers": layers, "activation": activation}
            steps.append({"type": "coupling", "transformed": transformed, "network": network, "univariate": univariate})
        else:
            raise refuse(step)
    return {
        **FORMAT,
        "source": f"zuko {zuko.__version__}",
        "features": features,
        **describe_context(embedding, names, context),
        "steps": steps,
        "base": {"type": "normal", "loc": loc, "scale": scale},
    }


def unconditional(transform, features):
    """What sbi puts before its flows: a standardisation of the data, or the way from an interval to all numbers."""
    # An inverse has the name of what it inverts.
    kind = type(transform).__qualname__
    if kind == "AffineTransform":
        return [affine(transform.scale, transform.loc, features)]
    if kind == "_InverseTransform":
        to_data = getattr(transform.inv, "base_transform", transform.inv)
        # Of a normal prior, a standardisation; of a box, a way from all numbers to an interval.
        if type(to_data).__name__ == "AffineTransform":
            loc, scale = (torch.as_tensor(own) for own in (to_data.loc, to_data.scale))
            return [affine(1 / scale, -loc / scale, features)]
        parts = getattr(to_data, "parts", [])
        if [type(part).__name__ for part in parts] == ["SigmoidTransform", "AffineTransform"]:
            loc, scale = (torch.as_tensor(own) for own in (parts[1].loc, parts[1].scale))
            return [affine(1 / scale, -loc / scale, features), {"type": "logit"}]
        raise refuse(to_data)
    raise refuse(transform)


def layers_of(network):
    """The linear layers of a network that goes straight through, and its activation."""
    linears = [layer for layer in network if hasattr(layer, "weight")]
    others = [layer for layer in network if not hasattr(layer, "weight")]
    for layer in others:
        if isinstance(layer, nn.Sequential) or type(layer).__name__ == "LayerNorm":
            raise refuse(layer)
    names = {activation_of(layer) for layer in others} or {"relu"}
    if len(names) > 1:
        raise TypeError(f"a network must have one activation, got {', '.join(sorted(names))}")
    return linears, names.pop()


def zuko_univariate(constructor, shapes):
    """By an instance of the map, in which bound and slope can be found even where a `partial` has set them."""
    one = constructor(*(torch.ones(shape) for shape in shapes))
    kind = type(one).__name__
    if kind == "AdditiveTransform":
        return {"type": "shift"}
    if kind == "MonotonicAffineTransform":
        return {"type": "softclip-affine", "slope": slope_of(one.log_scale.item())}
    if kind == "MonotonicRQSTransform":
        bound = round(one.horizontal[-1].item(), 5)
        return {
            "type": "softclip-spline",
            "bins": one.bins,
            "bound": bound,
            "slope": slope_of(one.derivatives[1].log().item()),
        }
    raise refuse(one)


def slope_of(clipped):
    """From `1 / (1 + 1/|log slope|)`, what 1 is clipped to; to six digits, as somebody would have written it."""
    if clipped >= 1:
        raise TypeError("a map with slope 0 has no counterpart")
    return float(f"{math.exp(-clipped / (1 - clipped)):.4g}")


# ---------------------------------------------------------------- nflows and sbi


def describe_nflows(flow, names):
    import nflows.version

    distribution = flow._distribution
    if type(distribution).__name__ != "StandardNormal":
        raise refuse(distribution)
    [features] = distribution._shape
    found = {"context": 0}
    steps = [step for part in nflows_steps(flow._transform) for step in describe_step(part, names, features, found)]
    return {
        **FORMAT,
        "source": f"nflows {nflows.version.VERSION}",
        "features": features,
        **describe_context(flow._embedding_net, names, found["context"]),
        "steps": steps,
        "base": {"type": "normal"},
    }


def nflows_steps(transform):
    """From data to base."""
    if type(transform).__name__ == "CompositeTransform":
        return [step for part in transform._transforms for step in nflows_steps(part)]
    return [transform]


def affine(scale, shift, features):
    scale, shift = (value.detach().double().expand(features).tolist() for value in (scale, shift))
    return {"type": "affine", "scale": scale, "shift": shift}


def describe_step(step, names, features, found):
    kind = type(step).__name__
    if kind in ("Permutation", "RandomPermutation", "ReversePermutation"):
        return [{"type": "permutation", "indices": step._permutation.tolist()}]
    if kind in ("PointwiseAffineTransform", "AffineTransform", "AffineScalarTransform"):
        return [affine(step._scale, step._shift, features)]
    if kind == "IdentityTransform":
        return []
    if kind == "ActNorm":
        return [affine(step.log_scale.double().exp(), step.shift, features)]
    if kind == "BatchNorm":
        scale = step.weight.double() / (step.running_var.double() + step.eps).sqrt()
        return [affine(scale, step.bias - step.running_mean * scale, features)]
    if kind == "LULinear":
        own = names[step]
        return [
            {
                "type": "lu",
                "lower": f"{own}.lower_entries",
                "upper": f"{own}.upper_entries",
                "diagonal": f"{own}.unconstrained_upper_diag",
                "bias": f"{own}.bias",
                "epsilon": step.eps,
            }
        ]
    if hasattr(step, "autoregressive_net"):
        network = masked_network(step.autoregressive_net, names, found)
        univariate = nflows_univariate(step, kind, step.autoregressive_net)
        return [{"type": "autoregressive", "network": network, "univariate": univariate}]
    if hasattr(step, "transform_net"):
        if step.unconditional_transform is not None:
            raise refuse(step.unconditional_transform)
        transformed = step.transform_features.tolist()
        network = coupling_network(step.transform_net, names, len(step.identity_features), found)
        univariate = nflows_univariate(step, kind, step.transform_net)
        return [{"type": "coupling", "transformed": transformed, "network": network, "univariate": univariate}]
    raise refuse(step)


def nflows_univariate(step, kind, network):
    if kind == "MaskedAffineAutoregressiveTransform":
        return {"type": "softplus-affine", "epsilon": step._epsilon}
    if kind == "AffineCouplingTransform":
        return {"type": "sigmoid-affine", "offset": 2, "epsilon": 1e-3}
    if kind == "AdditiveCouplingTransform":
        return {"type": "shift"}
    if kind in (
        "MaskedPiecewiseRationalQuadraticAutoregressiveTransform",
        "PiecewiseRationalQuadraticCouplingTransform",
    ):
        if step.tails != "linear":
            raise refuse(step, f"has no counterpart with tails={step.tails!r}")
        return {
            "type": "spline",
            "bins": step.num_bins,
            "bound": step.tail_bound,
            "minWidth": step.min_bin_width,
            "minHeight": step.min_bin_height,
            "minDerivative": step.min_derivative,
            # By this they divide what goes into their softmaxes.
            "sizeDivisor": math.sqrt(getattr(network, "hidden_features", 1)),
        }
    raise refuse(step)


def masked_network(network, names, found):
    if type(network).__name__ != "MADE":
        raise refuse(network)
    activation = activation_of(network.activation)
    embedding = getattr(network, "context_layer", None)
    layers = [network.initial_layer]
    for block in network.blocks:
        if getattr(block, "use_batch_norm", False) or getattr(block, "batch_norm", None) is not None:
            raise refuse(block, "has no counterpart with batch normalisation")
        layers += block.linear_layers if network.use_residual_blocks else [block.linear]
    layers.append(network.final_layer)
    described = {
        "type": "masked",
        "layers": [names[layer] for layer in layers],
        "activation": activation,
        "residual": network.use_residual_blocks,
    }
    if embedding is None:
        return described
    if network.use_residual_blocks:
        raise refuse(network, "has no counterpart with residual blocks and a context")
    found["context"] = embedding.in_features
    return {**described, "embedding": names[embedding]}


def coupling_network(network, names, inputs, found):
    kind = type(network).__name__
    if kind == "ResidualNet":
        for block in network.blocks:
            if block.use_batch_norm:
                raise refuse(block, "has no counterpart with batch normalisation")
        found["context"] = max(found["context"], network.initial_layer.in_features - inputs)
        return {
            "type": "residual",
            "input": names[network.initial_layer],
            "blocks": [[names[layer] for layer in block.linear_layers] for block in network.blocks],
            "gates": [names[block.context_layer] for block in network.blocks if hasattr(block, "context_layer")],
            "output": names[network.final_layer],
            "activation": activation_of(network.blocks[0].activation) if len(network.blocks) > 0 else "relu",
        }
    if kind == "ContextSplineMap":
        # sbi's network of a single parameter, which reads the context alone.
        linears, activation = layers_of(network.spline_predictor)
        found["context"] = linears[0].in_features
        return {"type": "mlp", "layers": [names[linear] for linear in linears], "activation": activation}
    if kind == "MLP":
        if network._activate_output:
            raise refuse(network, "has no counterpart with an activated output")
        layers = [network._input_layer, *network._hidden_layers, network._output_layer]
        return {
            "type": "mlp",
            "layers": [names[layer] for layer in layers],
            "activation": activation_of(network._activation),
        }
    raise refuse(network)
