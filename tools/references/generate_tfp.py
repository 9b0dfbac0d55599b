"""Writes the flows of TensorFlow Probability in test/references, like generate.py.

    python tools/references/generate_tfp.py

Its bijectors as they come: masks, networks, autoregression, inverses and log-determinants. Its splines are given widths, heights and slopes that
are made of raw parameters as its documentation does it, but for an offset of the slopes.
"""

import os

os.environ["TF_USE_LEGACY_KERAS"] = "1"
os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"

import math  # noqa: E402

import numpy as np  # noqa: E402
import tensorflow as tf  # noqa: E402
import tensorflow_probability as tfp  # noqa: E402

import export  # noqa: E402
import fixture  # noqa: E402

# Its networks of float64 have activations of the default type.
tf.keras.backend.set_floatx("float64")
tfb, tfd = tfp.bijectors, tfp.distributions
VERSION = f"TensorFlow Probability {tfp.__version__}"

BINS, BOUND, MIN_SIZE, MIN_SLOPE = 4, 2.0, 0.01, 0.001
SPLINE = {
    "type": "RationalQuadraticSplineTransform",
    "bins": BINS,
    "bound": BOUND,
    # Their smallest bins are lengths, ours shares of the interval.
    "minWidth": MIN_SIZE / (2 * BOUND),
    "minHeight": MIN_SIZE / (2 * BOUND),
    "minDerivative": MIN_SLOPE,
}
# With which raw 0 is slope 1, as with ours.
SLOPE_OFFSET = math.log(math.expm1(1 - MIN_SLOPE))
AFFINE = {"type": "AffineTransform", "bound": None}


def spline_of(parameters):
    widths, heights, slopes = tf.split(parameters, [BINS, BINS, BINS - 1], -1)
    sizes = [tf.nn.softmax(raw) * (2 * BOUND - BINS * MIN_SIZE) + MIN_SIZE for raw in (widths, heights)]
    return tfb.RationalQuadraticSpline(*sizes, tf.nn.softplus(slopes + SLOPE_OFFSET) + MIN_SLOPE, range_min=-BOUND)


class Linear:
    """A layer as export.py reads it."""

    def __init__(self, weight, bias, mask=None):
        self.weight, self.bias, self.mask = weight, bias, mask


def autoregressive_network(params, degrees, hidden, context, gain, generator):
    """The network of TFP with weights on the grid, and its layers. Where its mask leaves no connection, ours gets a weight that acts."""
    dim = len(degrees)
    conditional = {"conditional": True, "conditional_event_shape": [context], "conditional_input_layers": "first_layer"}
    network = tfb.AutoregressiveNetwork(
        params=params,
        event_shape=[dim],
        hidden_units=hidden,
        input_order=np.array(degrees),
        activation="tanh",
        dtype="float64",
        **(conditional if context > 0 else {}),
    )
    network.build([None, dim])
    kernels = [layer for layer in network._network.layers if hasattr(layer, "kernel")]
    masked = [layer for layer in kernels if layer.use_bias]
    linears = []
    for i, layer in enumerate(masked):
        mask = np.array(network._masks[i], dtype=float)
        weight = fixture.on_grid(generator, mask.shape, gain / mask.shape[0] ** 0.5)
        bias = fixture.on_grid(generator, layer.bias.shape, 0.3)
        # It applies its masks to what it starts with and to steps of training alone.
        layer.kernel.assign(weight * mask)
        layer.bias.assign(bias)
        weight, mask = weight.T, mask.T
        if i == 0 and context > 0:
            [of_context] = [other for other in kernels if not other.use_bias]
            own = fixture.on_grid(generator, of_context.kernel.shape, gain / context**0.5)
            of_context.kernel.assign(own)
            weight = np.concatenate([weight, own.T], 1)
            mask = np.concatenate([mask, np.ones([len(mask), context])], 1)
        linears.append(Linear(weight, bias, mask))
    return network, linears


def maf(generator):
    """With a context, which TFP gives to hidden units of degree 1 and above: its first dimension never sees it."""
    dim, context = 5, 2
    chained, parts = [], []
    for degrees in ([1, 2, 3, 4, 5], [5, 4, 3, 2, 1], [2, 5, 1, 3, 4]):
        network, linears = autoregressive_network(2, degrees, [12, 9], context, 1.0, generator)
        layer = tfb.MaskedAutoregressiveFlow(network, name="maf")
        chained.append(layer)
        order = np.argsort(degrees).tolist()
        parts.append(export.autoregressive(export.made(linears, order, 2, context, "tanh"), AFFINE, "inverse"))
    return "MaskedAutoregressiveFlow", dim, context, chained, parts


def maf_of_splines(generator):
    dim, count = 4, 3 * BINS - 1
    permutation = [2, 0, 3, 1]
    chained, parts = [], []
    for i in range(2):
        network, linears = autoregressive_network(count, [1, 2, 3, 4], [10, 8], 0, 1.5, generator)
        chained.append(tfb.MaskedAutoregressiveFlow(bijector_fn=lambda y, network=network: spline_of(network(y))))
        conditioner = export.made(linears, list(range(dim)), count, 0, "tanh")
        parts.append(export.autoregressive(conditioner, SPLINE, "inverse"))
        if i == 0:
            chained.append(tfb.Permute(tf.constant(permutation)))
            parts.append(export.permute(permutation))
    return "MaskedAutoregressiveFlow of RationalQuadraticSpline", dim, 0, chained, parts


def coupling_layers(generator, dim, count, hidden, gain):
    """Networks from what stays to the parameters of what moves, and what both are."""
    for stay in (2, -2, 1):
        places = list(range(dim))
        moved = places[stay:] if stay > 0 else places[:stay]
        widths = [abs(stay), *hidden, len(moved) * count]
        linears = [
            Linear(fixture.on_grid(generator, [outputs, inputs], gain / inputs**0.5), fixture.on_grid(generator, [outputs], 0.3))
            for inputs, outputs in zip(widths, widths[1:])
        ]

        def network(x, linears=linears, moved=moved):
            for i, linear in enumerate(linears):
                x = (tf.nn.relu(x) if i > 0 else x) @ linear.weight.T + linear.bias
            return tf.reshape(x, [*x.shape[:-1], len(moved), count])

        yield stay, moved, network, linears


def real_nvp(generator):
    dim, chained, parts = 5, [], []
    for stay, moved, network, linears in coupling_layers(generator, dim, 2, [10, 7], 1.0):
        chained.append(tfb.RealNVP(num_masked=stay, shift_and_log_scale_fn=lambda x, _, own=network: tf.unstack(own(x), axis=-1)))
        parts.append(export.coupling(dim, moved, export.mlp(linears, abs(stay), 0, "relu"), AFFINE))
    return "RealNVP", dim, 0, chained, parts


def real_nvp_of_splines(generator):
    dim, chained, parts = 5, [], []
    for stay, moved, network, linears in coupling_layers(generator, dim, 3 * BINS - 1, [8], 1.5):
        chained.append(tfb.RealNVP(num_masked=stay, bijector_fn=lambda x, _, own=network: spline_of(own(x))))
        parts.append(export.coupling(dim, moved, export.mlp(linears, abs(stay), 0, "relu"), SPLINE))
    return "RealNVP of RationalQuadraticSpline", dim, 0, chained, parts


def write(name, make):
    generator = np.random.default_rng(0)
    title, dim, context, chained, parts = make(generator)
    # The last of a chain is the first from noise to data.
    chain = tfb.Chain(chained[::-1])
    noise, x = (fixture.on_grid(generator, [fixture.BATCH, dim], scale) for scale in (1.0, 1.5))
    c = fixture.on_grid(generator, [fixture.BATCH, context], 1.0) if context > 0 else None
    kwargs = {} if c is None else {"maf": {"conditional_input": tf.constant(c)}}
    base = tfd.Sample(tfd.Normal(tf.constant(0.0, tf.float64), 1.0), dim)
    flow = tfd.TransformedDistribution(base, chain)

    def log_prob(rows):
        return flow.log_prob(rows, bijector_kwargs=kwargs).numpy()

    # Its cache would give the noise back that samples were made of.
    samples = tf.constant(chain.forward(noise, **kwargs).numpy())
    np.testing.assert_allclose(chain.inverse(samples, **kwargs), noise, rtol=1e-8, atol=1e-8)
    rows = tf.constant(x)
    with tf.GradientTape() as tape:
        tape.watch(rows)
        z = chain.inverse(rows, **kwargs)
    jacobian = tf.linalg.slogdet(tape.batch_jacobian(z, rows)).log_abs_determinant
    np.testing.assert_allclose(chain.inverse_log_det_jacobian(x, event_ndims=1, **kwargs), jacobian, rtol=1e-8, atol=1e-8)
    config, variables = export.chain(parts)
    fixture.write(
        name,
        source=f"{VERSION}, {title}, TensorFlow {tf.__version__}",
        config=config,
        variables=variables,
        context=c,
        x=x,
        logProb=log_prob(x),
        noise=noise,
        samples=samples.numpy(),
        samplesLogProb=log_prob(samples),
    )


if __name__ == "__main__":
    write("tfp-maf", maf)
    write("tfp-maf-splines", maf_of_splines)
    write("tfp-real-nvp", real_nvp)
    write("tfp-real-nvp-splines", real_nvp_of_splines)
