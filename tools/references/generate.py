"""Writes the float64 references of test/references: one flow a file, with its weights, inputs, log-densities and samples.

    python tools/references/generate.py
"""

import json
from pathlib import Path

import torch

import export
import flows

TARGET = Path(__file__).parents[2] / "test" / "references"
BATCH = 8
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


def numbers(tensor):
    """Nested lists, with all digits: scores in float64 are held to them."""
    return tensor.tolist()


def write(name, make):
    generator = torch.Generator().manual_seed(0)
    reference = make(generator)
    noise = export.on_grid([BATCH, reference.dim], 1.0, generator)
    x = export.on_grid([BATCH, reference.dim], 1.5, generator)
    context = export.on_grid([BATCH, reference.context], 1.0, generator) if reference.context > 0 else None
    check(reference, x, context, noise)
    samples = reference.from_noise(noise, context)
    fixture = {
        "source": f"{reference.source}, PyTorch {torch.__version__.split('+')[0]}, float64",
        "bijector": reference.config,
        **({} if context is None else {"context": numbers(context)}),
        "x": numbers(x),
        "logProb": numbers(reference.log_prob(x, context)),
        "noise": numbers(noise),
        "samples": numbers(samples),
        "samplesLogProb": numbers(reference.log_prob(samples, context)),
    }
    lines = [f'"{key}": {json.dumps(value, separators=(",", ":"))}' for key, value in fixture.items()]
    variables = [f'"{path}": {json.dumps(numbers(value), separators=(",", ":"))}' for path, value in reference.variables.items()]
    lines.append('"variables": {\n    ' + ",\n    ".join(variables) + "\n  }")
    path = TARGET / f"{name}.json"
    path.write_text("{\n  " + ",\n  ".join(lines) + "\n}\n")
    print(f"{path.name}: {path.stat().st_size} bytes, log-densities {fixture['logProb']}")


if __name__ == "__main__":
    torch.set_default_dtype(torch.float64)
    with torch.no_grad():
        write("maf", flows.maf)
        write("iaf", flows.iaf)
        write("real-nvp", flows.real_nvp)
        write("nsf-autoregressive", flows.autoregressive_nsf)
        write("nsf-coupling", flows.coupling_nsf)
