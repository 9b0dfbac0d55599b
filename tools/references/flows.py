"""The flows of zuko and nflows that ours must reproduce.

Masks, networks, the order of computation, inverses and log-determinants are theirs. What each network gives is read as our
parameters, and handed to their elementwise transform as the parameters with which that is the same map.
"""

import math
from dataclasses import dataclass
from typing import Callable

import nflows.distributions
import nflows.flows
import nflows.transforms
import nflows.version
import torch
import zuko
from nflows.nn.nets import MLP
from nflows.transforms.autoregressive import MaskedAffineAutoregressiveTransform
from nflows.transforms.coupling import PiecewiseRationalQuadraticCouplingTransform
from torch import Tensor, nn

import export
from torch_modules import linears_of, randomise


@dataclass
class Reference:
    source: str
    dim: int
    context: int
    log_prob: Callable[[Tensor, Tensor | None], Tensor]
    to_noise: Callable[[Tensor, Tensor | None], Tensor]
    from_noise: Callable[[Tensor, Tensor | None], Tensor]
    config: dict
    variables: dict


def of_zuko(flow, name, dim, context, parts):
    config, variables = export.chain(parts)
    return Reference(
        source=f"zuko {zuko.__version__}, {name}",
        dim=dim,
        context=context,
        log_prob=lambda x, c: flow(c).log_prob(x),
        to_noise=lambda x, c: flow(c).transform(x),
        from_noise=lambda z, c: flow(c).transform.inv(z),
        config=config,
        variables=variables,
    )


def of_nflows(transform, name, dim, parts):
    flow = nflows.flows.Flow(transform, nflows.distributions.StandardNormal([dim]))
    config, variables = export.chain(parts)
    return Reference(
        source=f"nflows {nflows.version.VERSION}, {name}",
        dim=dim,
        context=0,
        log_prob=lambda x, _: flow.log_prob(x),
        to_noise=lambda x, _: flow.transform_to_noise(x),
        from_noise=lambda z, _: transform.inverse(z)[0],
        config=config,
        variables=variables,
    )


def affine_to_noise(bound):
    """Ours maps noise to data and theirs data to noise, hence the inverse. With an infinite slope, theirs leaves the log-scale as it is."""

    def univariate(shift, raw):
        log_scale = raw if bound is None else bound * torch.tanh(raw / bound)
        return zuko.transforms.MonotonicAffineTransform(shift, log_scale, slope=math.inf).inv

    return univariate


def maf(generator):
    """With a context, random orders, and log-scales that reach well into the soft bound."""
    dim, context, bound = 5, 2, 2
    # zuko draws the orders from the global generator.
    torch.manual_seed(3)
    flow = zuko.flows.MAF(
        dim, context, transforms=3, randperm=True, univariate=affine_to_noise(bound), hidden_features=[12, 9], activation=nn.ELU
    )
    randomise(flow, 1.0, generator)
    parts = []
    for layer in reversed(flow.transform.transforms):
        # There, `order` says at which rank each dimension is; ours, which dimension is at each rank.
        order = torch.argsort(layer.order).tolist()
        conditioner = export.made(linears_of(layer.hyper), order, 2, context, "elu")
        parts.append(export.autoregressive(conditioner, {"type": "AffineTransform", "bound": bound}, "inverse"))
    return of_zuko(flow, "MAF", dim, context, parts)


class GatedAutoregressive(MaskedAffineAutoregressiveTransform):
    """`σ·x + (1 − σ)·m` as their `softplus(u) + ε` times x plus a shift."""

    forget_bias, bound = 2, 7

    def _unconstrained_scale_and_shift(self, autoregressive_params):
        target, raw = autoregressive_params.unflatten(-1, (self.features, 2)).unbind(-1)
        gate = torch.sigmoid(self.forget_bias + self.bound * torch.tanh(raw / self.bound))
        return torch.log(torch.expm1(gate - self._epsilon)), (1 - gate) * target


def iaf(generator):
    """Every layer in the natural order, with permutations that are not their own inverse between."""
    dim = 6
    permutations = [[2, 0, 3, 1, 5, 4], [1, 2, 3, 4, 5, 0]]
    layers = [GatedAutoregressive(dim, 11, num_blocks=1, use_residual_blocks=False) for _ in range(3)]
    transforms = [layers[0]]
    for permutation, layer in zip(permutations, layers[1:]):
        transforms += [nflows.transforms.Permutation(torch.tensor(permutation)), layer]
    # From noise to data they go forward; a flow of theirs goes from data to noise.
    transform = nflows.transforms.InverseTransform(nflows.transforms.CompositeTransform(transforms))
    randomise(transform, 1.0, generator)
    gate = {"type": "GateTransform", "forgetBias": GatedAutoregressive.forget_bias, "bound": GatedAutoregressive.bound}
    parts = []
    for i, layer in enumerate(layers):
        if i > 0:
            parts.append(export.permute(permutations[i - 1]))
        conditioner = export.made(linears_of(layer.autoregressive_net), list(range(dim)), 2, 0, "relu")
        parts.append(export.autoregressive(conditioner, gate, "forward"))
    return of_nflows(transform, "inverse MAF", dim, parts)


def real_nvp(generator):
    """With a context, and more dimensions that move than stay in every second layer."""
    dim, context, bound = 5, 3, 2
    flow = zuko.flows.RealNVP(
        dim, context, transforms=4, univariate=affine_to_noise(bound), hidden_features=[10, 7], activation=nn.Tanh
    )
    randomise(flow, 1.0, generator)
    parts = []
    for layer in reversed(flow.transform.transforms):
        # There, the mask marks the dimensions that stay.
        transformed = [i for i, stays in enumerate(layer.mask.tolist()) if not stays]
        network = export.mlp(linears_of(layer.hyper), dim - len(transformed), context, "tanh")
        parts.append(export.coupling(dim, transformed, network, {"type": "AffineTransform", "bound": bound}))
    return of_zuko(flow, "RealNVP", dim, context, parts)


def spline(bins, bound, min_width=0.001, min_height=0.001, min_derivative=0.001):
    return {
        "type": "RationalQuadraticSplineTransform",
        "bins": bins,
        "bound": bound,
        "minWidth": min_width,
        "minHeight": min_height,
        "minDerivative": min_derivative,
    }


def derivative_offset(minimum):
    """What is added to a raw derivative, so that raw 0 gives derivative 1: `minimum + softplus(offset) = 1`."""
    return math.log(math.expm1(1 - minimum))


def spline_to_noise(config):
    """Theirs takes the exponential of derivatives and the softmax of widths as they are: of their logarithms, those themselves."""
    bins, min_derivative = config["bins"], config["minDerivative"]

    def log_shares(raw, minimum):
        return torch.log(minimum + (1 - bins * minimum) * torch.softmax(raw, -1))

    def univariate(widths, heights, derivatives):
        positive = min_derivative + nn.functional.softplus(derivatives + derivative_offset(min_derivative))
        return zuko.transforms.MonotonicRQSTransform(
            log_shares(widths, config["minWidth"]),
            log_shares(heights, config["minHeight"]),
            torch.log(positive),
            bound=config["bound"],
            slope=math.inf,
        ).inv

    return univariate


def autoregressive_nsf(generator):
    """With a context, and a bound that several inputs lie beyond."""
    dim, context, bins = 4, 2, 4
    transform = spline(bins, 2)
    shapes = [(bins,), (bins,), (bins - 1,)]
    flow = zuko.flows.MAF(
        dim, context, transforms=2, univariate=spline_to_noise(transform), shapes=shapes, hidden_features=[9], activation=nn.SiLU
    )
    randomise(flow, 1.5, generator)
    parts = []
    for layer in reversed(flow.transform.transforms):
        order = torch.argsort(layer.order).tolist()
        conditioner = export.made(linears_of(layer.hyper), order, 3 * bins - 1, context, "silu")
        parts.append(export.autoregressive(conditioner, transform, "inverse"))
    return of_zuko(flow, "NSF", dim, context, parts)


class Network(MLP):
    """Theirs, called as their coupling layers call it."""

    def forward(self, inputs, context=None):
        return super().forward(inputs)


def coupling_nsf(generator):
    """Their spline as it is: ours differs from it in the derivatives' offset, which goes into the network's last bias."""
    dim, bins = 5, 5
    transform = spline(bins, 3, min_width=0.02, min_height=0.01, min_derivative=0.05)
    masks = [[0, 1, 0, 1, 1], [1, 0, 1, 0, 0], [0, 0, 1, 1, 1]]
    layers = [
        PiecewiseRationalQuadraticCouplingTransform(
            mask,
            lambda inputs, outputs: Network([inputs], [outputs], [8, 6]),
            num_bins=bins,
            tails="linear",
            tail_bound=transform["bound"],
            min_bin_width=transform["minWidth"],
            min_bin_height=transform["minHeight"],
            min_derivative=transform["minDerivative"],
        )
        for mask in masks
    ]
    to_data = nflows.transforms.CompositeTransform(layers)
    randomise(to_data, 1.5, generator)
    parts = []
    for mask, layer in zip(masks, layers):
        transformed = [i for i, moves in enumerate(mask) if moves]
        linears = linears_of(layer.transform_net)
        config, variables = export.mlp(linears, dim - len(transformed), 0, "relu")
        linears[-1].bias.data.view(len(transformed), -1)[:, 2 * bins :] += derivative_offset(transform["minDerivative"])
        parts.append(export.coupling(dim, transformed, (config, variables), transform))
    return of_nflows(nflows.transforms.InverseTransform(to_data), "NSF of coupling layers", dim, parts)
