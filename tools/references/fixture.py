"""Writes a flow of another library as a file of test/references."""

import json
from pathlib import Path

import numpy as np

TARGET = Path(__file__).parents[2] / "test" / "references"
BATCH = 8
# Weights and inputs are multiples of 1 / 64.
GRID = 64


def on_grid(generator, shape, scale):
    """Normal numbers of a generator of numpy that float32 holds exactly."""
    return np.round(generator.standard_normal(shape) * scale * GRID) / GRID


def write(name, *, source, config, variables, context, **numbers):
    """`numbers` are x, logProb, noise, samples and samplesLogProb, with all digits: scores in float64 are held to them."""
    fixture = {
        "source": f"{source}, float64",
        "bijector": config,
        **({} if context is None else {"context": context.tolist()}),
        **{key: value.tolist() for key, value in numbers.items()},
    }
    lines = [f'"{key}": {json.dumps(value, separators=(",", ":"))}' for key, value in fixture.items()]
    weights = [f'"{path}": {json.dumps(value.tolist(), separators=(",", ":"))}' for path, value in variables.items()]
    lines.append('"variables": {\n    ' + ",\n    ".join(weights) + "\n  }")
    path = TARGET / f"{name}.json"
    path.write_text("{\n  " + ",\n  ".join(lines) + "\n}\n")
    print(f"{path.name}: {path.stat().st_size} bytes, log-densities {fixture['logProb']}")
