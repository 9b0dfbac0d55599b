"""What the scripts do with modules of PyTorch."""

import torch

from fixture import GRID


def randomise(module, gain, generator):
    """Fills every parameter with numbers of standard deviation gain / √inputs on a grid, so that float32 holds each one exactly."""
    for parameter in module.parameters():
        scale = gain / parameter.shape[-1] ** 0.5 if parameter.ndim == 2 else 0.3
        drawn = torch.randn(parameter.shape, generator=generator) * scale
        parameter.data.copy_(torch.round(drawn * GRID) / GRID)


def on_grid(shape, scale, generator):
    """Normal numbers that float32 holds exactly."""
    return torch.round(torch.randn(shape, generator=generator) * scale * GRID) / GRID


def linears_of(module):
    """The linear layers of a network, from its input to its output."""
    return [child for child in module.modules() if hasattr(child, "weight")]
