"""Writes the flows of FlowJAX in test/references, like generate.py.

    python tools/references/generate_flowjax.py

Its flows as they come: their masks, networks, permutations, inverses and log-determinants. In those of splines the derivatives at the ends of the interval, which FlowJAX learns, are left
at the 1 that they start with, as they are here.
"""

import jax

jax.config.update("jax_enable_x64", True)

import equinox  # noqa: E402
import flowjax  # noqa: E402
import jax.numpy as jnp  # noqa: E402
import numpy as np  # noqa: E402
import paramax  # noqa: E402
from flowjax import bijections, flows  # noqa: E402
from flowjax.distributions import Normal  # noqa: E402

import export  # noqa: E402
import fixture  # noqa: E402


class Linear:
    """A layer as export.py reads it."""

    def __init__(self, weight, bias, mask=None):
        self.weight, self.bias, self.mask = (None if own is None else np.array(own) for own in (weight, bias, mask))


def on_grid(network, gain, generator, idle):
    """The same network with weights that float32 holds exactly, those of the outputs at `idle` 0; and its layers."""
    layers, exported = [], []
    for i, layer in enumerate(network.layers):
        masked = not isinstance(layer.weight, jax.Array)
        mask, weight = layer.weight.args[:2] if masked else (None, layer.weight)
        weight = fixture.on_grid(generator, weight.shape, gain / weight.shape[-1] ** 0.5)
        bias = fixture.on_grid(generator, layer.bias.shape, 0.3)
        if i == len(network.layers) - 1:
            weight[idle], bias[idle] = 0, 0
        exported.append(Linear(weight, bias, mask))
        put = paramax.Parameterize(jnp.where, mask, jnp.array(weight), 0) if masked else jnp.array(weight)
        layers.append(equinox.tree_at(lambda own: (own.weight, own.bias), layer, (put, jnp.array(bias))))
    return equinox.tree_at(lambda own: own.layers, network, tuple(layers)), exported


def network_of(layer):
    return layer.masked_autoregressive_mlp if isinstance(layer, bijections.MaskedAutoregressive) else layer.conditioner


def with_network(layer, network):
    where = lambda own: network_of(own)  # noqa: E731
    return equinox.tree_at(where, layer, network)


def reference(name, make, *, dim, context=0, parameter_count, transform, gain=1.0, idle=()):
    """`transform` is ours; `idle` are those of the parameters of each dimension that stay as they start."""
    generator = np.random.default_rng(0)
    flow = make(key=jax.random.key(1), base_dist=Normal(jnp.zeros(dim)), cond_dim=context or None)
    stacked = flow.bijection.bijection.bijection
    arrays, static = equinox.partition(stacked, equinox.is_array)
    count = jax.tree.leaves(arrays)[0].shape[0]
    chained, parts = [], []
    for i in range(count):
        layer, permute = equinox.combine(jax.tree.map(lambda leaf: leaf[i], arrays), static).bijections
        network = network_of(layer)
        outputs = network.layers[-1].bias.shape[0]
        places = [i for i in range(outputs) if i % FLOWJAX_COUNT[name] in idle]
        network, linears = on_grid(network, gain, generator, places)
        chained += [with_network(layer, network), permute]
        # Ours have no parameter for what is idle.
        kept = [i for i in range(outputs) if i not in places]
        last = linears[-1]
        linears[-1] = Linear(last.weight[kept], last.bias[kept], None if last.mask is None else last.mask[kept])
        if isinstance(layer, bijections.MaskedAutoregressive):
            conditioner = export.made(linears, list(range(dim)), parameter_count, context, "tanh")
            parts.append(export.autoregressive(conditioner, transform, "inverse"))
        else:
            moved = list(range(layer.untransformed_dim, dim))
            own = export.mlp(linears, layer.untransformed_dim, context, "tanh")
            parts.append(export.coupling(dim, moved, own, transform))
        # From data to noise, place i takes what is at permutation[i].
        parts.append(export.permute(np.argsort(np.array(permute.permutation[0])).tolist()))
    to_noise = paramax.unwrap(bijections.Chain(chained))
    write(name, to_noise, flow.base_dist, parts[::-1], dim, context, generator)


def write(name, to_noise, base, parts, dim, context, generator):
    noise, x = (fixture.on_grid(generator, [fixture.BATCH, dim], scale) for scale in (1.0, 1.5))
    c = fixture.on_grid(generator, [fixture.BATCH, context], 1.0) if context > 0 else None
    base = paramax.unwrap(base)

    def each(apply, rows):
        compiled = jax.jit(lambda row, own: apply(row, own))
        return jnp.stack([compiled(row, None if c is None else c[i]) for i, row in enumerate(jnp.array(rows))])

    def log_prob(row, own):
        z, log_det = to_noise.transform_and_log_det(row, own)
        return base.log_prob(z) + log_det

    samples = each(to_noise.inverse, noise)
    # FlowJAX against itself: the round trip, and its log-determinant against the automatic Jacobian.
    np.testing.assert_allclose(each(to_noise.transform, samples), noise, rtol=1e-8, atol=1e-8)
    jacobian = each(lambda row, own: jnp.linalg.slogdet(jax.jacobian(to_noise.transform)(row, own))[1], x)
    log_det = each(lambda row, own: to_noise.transform_and_log_det(row, own)[1], x)
    np.testing.assert_allclose(log_det, jacobian, rtol=1e-8, atol=1e-8)
    config, variables = export.chain(parts)
    fixture.write(
        name,
        source=f"FlowJAX {flowjax.__version__}, {TITLES[name]}, JAX {jax.__version__}",
        config=config,
        variables=variables,
        context=c,
        x=x,
        logProb=each(log_prob, x),
        noise=noise,
        samples=samples,
        samplesLogProb=each(log_prob, samples),
    )


BINS, BOUND = 4, 2
TITLES = {
    "flowjax-maf": "masked autoregressive flow",
    "flowjax-maf-splines": "masked autoregressive flow of splines",
    "flowjax-coupling": "coupling flow",
    "flowjax-coupling-splines": "coupling flow of splines",
}
FLOWJAX_COUNT = {name: 3 * BINS + 1 if name.endswith("splines") else 2 for name in TITLES}


def backward(transform):
    """Theirs maps data to noise."""
    return {"type": "InvertTransform", "transform": transform}


def main():
    network = {"nn_activation": jnp.tanh, "flow_layers": 3}
    affine = {"parameter_count": 2, "transform": backward({"type": "SoftplusAffineTransform", "minScale": 0.01})}
    bins = {"bins": BINS, "bound": BOUND}
    # Their smallest bins are lengths, ours shares of the interval.
    smallest = {"minWidth": 0.001 / (2 * BOUND), "minHeight": 0.001 / (2 * BOUND), "minDerivative": 0.001}
    spline = {
        "parameter_count": 3 * BINS - 1,
        "transform": backward({"type": "RationalQuadraticSplineTransform", **bins, **smallest}),
        # Widths, heights, then the derivatives at all knots, of which the first and the last are the ends'.
        "idle": (2 * BINS, 3 * BINS),
        "gain": 1.5,
    }
    transformer = bijections.RationalQuadraticSpline(knots=BINS - 1, interval=BOUND)

    def maf(**own):
        return flows.masked_autoregressive_flow(nn_width=9, nn_depth=2, **network, **own)

    def coupling(**own):
        return flows.coupling_flow(nn_width=8, nn_depth=2, **network, **own)

    reference("flowjax-maf", maf, dim=5, context=2, **affine)
    reference("flowjax-maf-splines", lambda **own: maf(transformer=transformer, **own), dim=4, **spline)
    reference("flowjax-coupling", coupling, dim=5, context=3, **affine)
    reference("flowjax-coupling-splines", lambda **own: coupling(transformer=transformer, **own), dim=4, context=1, **spline)


if __name__ == "__main__":
    main()
