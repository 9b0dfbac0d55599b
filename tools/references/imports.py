"""Writes the flows of packages/import/fixtures: models of zuko and nflows as export_flow.py writes them, as .pt files, and their log-densities in float64.

    python tools/references/imports.py
"""

import json
import sys
from pathlib import Path

import nflows.distributions
import nflows.flows
import nflows.transforms as nt
import torch
import zuko
from torch import nn

ROOT = Path(__file__).parents[2]
TARGET = ROOT / "packages" / "import" / "fixtures"
sys.path.insert(0, str(ROOT / "packages" / "import" / "python"))

from export_flow import export_flow  # noqa: E402

BATCH = 10


def shaken(flow, gain=0.5):
    """Away from where a fresh flow starts."""
    for parameter in flow.parameters():
        parameter.data += gain * torch.randn(parameter.shape) / (parameter.shape[-1] ** 0.5 if parameter.ndim > 1 else 2)
    return flow.eval()


def two_moons(count):
    angle = torch.pi * torch.rand(count)
    upper = torch.rand(count) < 0.5
    x = torch.where(upper, torch.cos(angle), 1 - torch.cos(angle))
    y = torch.where(upper, torch.sin(angle), 0.5 - torch.sin(angle))
    return torch.stack([x, y], -1) + 0.1 * torch.randn(count, 2)


def trained_nsf():
    flow = zuko.flows.NSF(2, transforms=3, hidden_features=[24, 24])
    optimizer = torch.optim.Adam(flow.parameters(), lr=5e-3)
    for _ in range(300):
        loss = -flow().log_prob(two_moons(256)).mean()
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    print("trained to", loss.item())
    return flow.eval()


def dag():
    adjacency = torch.eye(4, dtype=torch.bool)
    adjacency[2, 0] = adjacency[2, 1] = adjacency[0, 3] = adjacency[1, 3] = True
    layer = zuko.flows.MaskedAutoregressiveTransform(4, adjacency=adjacency, hidden_features=[9, 7])
    return zuko.flows.Flow([layer], zuko.flows.MAF(4).base)


def nflow(transforms, features):
    return nflows.flows.Flow(nt.CompositeTransform(transforms), nflows.distributions.StandardNormal([features]))


def residual_maf():
    layers = []
    for _ in range(2):
        layers += [nt.ReversePermutation(features=4), nt.MaskedAffineAutoregressiveTransform(4, hidden_features=11, num_blocks=2)]
    return nflow(layers, 4)


def residual_nsf():
    spline = nt.MaskedPiecewiseRationalQuadraticAutoregressiveTransform
    return nflow([spline(3, hidden_features=9, num_bins=4, tails="linear", tail_bound=2.5, num_blocks=1), nt.ActNorm(3)], 3)


def real_nvp():
    flow = nflows.flows.SimpleRealNVP(4, 10, 2, 2, batch_norm_between_layers=True)
    for _ in range(20):
        flow.log_prob(3 * torch.randn(64, 4) + 1)
    return flow


def additive():
    flow = nflows.flows.SimpleRealNVP(3, 8, 2, 1, use_volume_preserving=True)
    return flow


ZUKO = {
    "zuko-maf": lambda: shaken(zuko.flows.MAF(4, 2, randperm=True, hidden_features=[12, 9], activation=nn.ELU)),
    "zuko-nsf": trained_nsf,
    "zuko-nsf-context": lambda: shaken(zuko.flows.NSF(3, 2, bins=5, transforms=2, hidden_features=[10]), 1.5),
    "zuko-nsf-of-two-passes": lambda: shaken(zuko.flows.NSF(5, bins=4, passes=2, transforms=2, hidden_features=[12, 8]), 1.5),
    "zuko-nice": lambda: shaken(zuko.flows.NICE(4, 2, hidden_features=[10, 8], activation=nn.Tanh)),
    "zuko-graph": lambda: shaken(dag()),
    "zuko-number": lambda: shaken(zuko.flows.NSF(1, 2, bins=4, transforms=2, hidden_features=[8]), 1.5),
}
NFLOWS = {
    "nflows-residual-maf": lambda: shaken(residual_maf()),
    "nflows-residual-nsf": lambda: shaken(residual_nsf(), 1.0),
    "nflows-real-nvp": lambda: shaken(real_nvp()),
    "nflows-additive": lambda: shaken(additive()),
}


def write(name, flow, features, context, log_prob):
    x = 1.5 * torch.randn(BATCH, features)
    c = torch.randn(BATCH, context) if context > 0 else None
    export_flow(flow, TARGET / f"{name}.safetensors")
    double = flow.double()
    expected = log_prob(double, x.double(), None if c is None else c.double())
    fixture = {"x": x.tolist(), **({} if c is None else {"context": c.tolist()}), "logProb": expected.tolist()}
    (TARGET / f"{name}.expected.json").write_text(json.dumps(fixture) + "\n")
    print(name, [round(value, 3) for value in expected.tolist()][:4])


def main():
    TARGET.mkdir(exist_ok=True)
    torch.manual_seed(0)
    for name, make in ZUKO.items():
        flow = make()
        if name in ("zuko-maf", "zuko-nsf"):
            torch.save(flow.state_dict(), TARGET / f"{name}.pt")
        description_features = flow.base().event_shape[0]
        context = {"zuko-maf": 2, "zuko-nsf-context": 2, "zuko-nice": 2, "zuko-number": 2}.get(name, 0)
        with torch.no_grad():
            write(name, flow, description_features, context, lambda own, x, c: own(c).log_prob(x))
    for name, make in NFLOWS.items():
        flow = make()
        with torch.no_grad():
            write(name, flow, flow._distribution._shape[0], 0, lambda own, x, c: own.log_prob(x, c))

    # What a reader of .pt files meets: other types, views that share their numbers, parameters, and what it must refuse.
    base = torch.arange(24, dtype=torch.float64)
    tensors = {
        "float": torch.tensor([[1.5, -2.0], [0.25, 3.0]]),
        "double": base,
        "view": base.reshape(4, 6).t()[1:3],
        "long": torch.tensor([3, -1]),
        "bool": torch.tensor([True, False, True]),
        "scalar": torch.tensor(7.0),
        "empty": torch.zeros(0, 3),
        "parameter": nn.Parameter(torch.tensor([9.0])),
    }
    torch.save({"epoch": 3, "lr": 0.5, "big": 2**40, "notes": [None, True, (1, 2, 3, 4)], "state_dict": tensors}, TARGET / "checkpoint.pt")
    torch.save(nn.Linear(2, 1), TARGET / "module.pt")
    torch.save({"weight": torch.ones(2)}, TARGET / "legacy.pt", _use_new_zipfile_serialization=False)


if __name__ == "__main__":
    main()
