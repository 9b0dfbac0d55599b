"""Writes the posteriors of packages/import/fixtures: trained by sbi for a few epochs, exported by export_flow.py, with the log-densities that sbi computes in float64.

    python tools/references/posteriors.py
"""

import json
import os
import sys
import tempfile
from pathlib import Path

import torch
from sbi.inference import NPE
from sbi.neural_nets import posterior_nn
from sbi.neural_nets.embedding_nets import FCEmbedding
from sbi.utils import BoxUniform
from torch import nn
from torch.distributions import MultivariateNormal

ROOT = Path(__file__).resolve().parents[2]
TARGET = ROOT / "packages" / "import" / "fixtures"
sys.path.insert(0, str(ROOT / "packages" / "import" / "python"))

from export_flow import export_flow  # noqa: E402

BATCH = 10
ONE = BoxUniform(torch.tensor([-2.0]), torch.tensor([2.0]))
NORMAL = MultivariateNormal(torch.zeros(3), torch.diag(torch.tensor([1.0, 4.0, 9.0])))
PRIOR = BoxUniform(torch.tensor([-2.0, 0.0, -1.0]), torch.tensor([2.0, 10.0, 1.0]))
# As sbi's own defaults, but small. Each is what a user asks `posterior_nn` for.
POSTERIORS = {
    "sbi-maf": {"model": "maf"},
    "sbi-nsf": {"model": "nsf"},
    "sbi-maf-rqs": {"model": "maf_rqs"},
    "sbi-zuko-maf": {"model": "zuko_maf"},
    "sbi-zuko-nsf": {"model": "zuko_nsf"},
    "sbi-structured": {"model": "nsf", "z_score_theta": "structured", "z_score_x": "structured"},
    "sbi-bounded": {"model": "zuko_maf", "z_score_theta": "transform_to_unconstrained", "x_dist": PRIOR},
    "sbi-embedding": {
        "model": "nsf",
        "embedding_net": nn.Sequential(nn.Linear(4, 6), nn.Tanh(), nn.Linear(6, 2)),
    },
    "sbi-zuko-embedding": {
        "model": "zuko_maf",
        "z_score_theta": None,
        "embedding_net": FCEmbedding(4, output_dim=3, num_layers=2, num_hiddens=5),
    },
    "sbi-one-parameter": {"model": "nsf", "prior": ONE},
    "sbi-normal-prior": {"model": "zuko_nsf", "prior": NORMAL, "z_score_theta": "transform_to_unconstrained", "x_dist": NORMAL},
    "sbi-image": {
        "model": "maf",
        "pixels": (2, 2),
        "embedding_net": nn.Sequential(nn.Flatten(), nn.Linear(4, 6), nn.ReLU(), nn.Linear(6, 3)),
    },
}


def simulate(theta):
    """Four measurements of three parameters, in units of their own; a single parameter stands for all three."""
    theta = theta.expand(-1, 3)
    noise = torch.randn(len(theta), 4)
    return torch.stack([theta[:, 0], 100 * theta[:, 1], theta[:, 0] * theta[:, 2], theta.sum(1)], 1) + noise


def main():
    # Where sbi puts its logs.
    os.chdir(tempfile.mkdtemp())
    torch.manual_seed(0)
    for name, options in POSTERIORS.items():
        options = dict(options)
        prior, shape = options.pop("prior", PRIOR), options.pop("pixels", (4,))
        theta = prior.sample((500,))
        x = simulate(theta).reshape(-1, *shape)
        inference = NPE(prior=prior, density_estimator=posterior_nn(hidden_features=8, num_transforms=2, **options))
        estimator = inference.append_simulations(theta, x).train(max_num_epochs=5)
        posterior = inference.build_posterior(estimator)
        export_flow(posterior, TARGET / f"{name}.safetensors")
        given = prior.sample((BATCH,))
        context = simulate(prior.sample((BATCH,)))
        # Where float64 starts from float32's weights, and numbers that float32 holds.
        double = posterior.posterior_estimator.double()
        with torch.no_grad():
            expected = double.log_prob(given.double()[None], context.double().reshape(-1, *shape))[0]
        fixture = {"x": given.tolist(), "context": context.tolist(), "logProb": expected.tolist()}
        (TARGET / f"{name}.expected.json").write_text(json.dumps(fixture) + "\n")
        print(name, [round(value, 3) for value in expected.tolist()][:4])


if __name__ == "__main__":
    main()
