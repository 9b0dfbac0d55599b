"""Writes the flows of zuko and nflows in test/references: one a file, with its weights, inputs, log-densities and samples in float64.

    python tools/references/generate.py
"""

import torch

import fixture
import flows
from torch_modules import on_grid

# The quadratic that nflows inverts a spline with cancels down to 3e-9; all else agrees to 1e-12.
TOLERANCE = {"rtol": 1e-8, "atol": 1e-8}


def check(reference, x, context, noise):
    """Each library against itself: the round trip, and its log-density against the automatic Jacobian."""
    torch.testing.assert_close(reference.to_noise(reference.from_noise(noise, context), context), noise, **TOLERANCE)
    torch.testing.assert_close(reference.from_noise(reference.to_noise(x, context), context), x, **TOLERANCE)
    base = torch.distributions.Normal(0.0, 1.0)
    for i, log_prob in enumerate(reference.log_prob(x, context)):
        own = None if context is None else context[i : i + 1]
        jacobian = torch.autograd.functional.jacobian(lambda row: reference.to_noise(row[None], own)[0], x[i])
        expected = base.log_prob(reference.to_noise(x[i : i + 1], own)).sum() + torch.linalg.slogdet(jacobian).logabsdet
        torch.testing.assert_close(log_prob, expected, **TOLERANCE)


def write(name, make):
    generator = torch.Generator().manual_seed(0)
    reference = make(generator)
    noise = on_grid([fixture.BATCH, reference.dim], 1.0, generator)
    x = on_grid([fixture.BATCH, reference.dim], 1.5, generator)
    context = on_grid([fixture.BATCH, reference.context], 1.0, generator) if reference.context > 0 else None
    check(reference, x, context, noise)
    samples = reference.from_noise(noise, context)
    fixture.write(
        name,
        source=f"{reference.source}, PyTorch {torch.__version__.split('+')[0]}",
        config=reference.config,
        variables=reference.variables,
        context=context,
        x=x,
        logProb=reference.log_prob(x, context),
        noise=noise,
        samples=samples,
        samplesLogProb=reference.log_prob(samples, context),
    )


if __name__ == "__main__":
    torch.set_default_dtype(torch.float64)
    with torch.no_grad():
        write("maf", flows.maf)
        write("iaf", flows.iaf)
        write("real-nvp", flows.real_nvp)
        write("nsf-autoregressive", flows.autoregressive_nsf)
        write("nsf-coupling", flows.coupling_nsf)
