"""The peer's process: the operations as a user of zuko writes them, timed in as many runs as it is asked for.

A request is a line of JSON on standard input, its answer a line of JSON on standard output; src/worker.ts is the same for the other sides.

    python zuko_side.py THREADS
"""

import json
import math
import resource
import sys
import time

import torch
import zuko
from torch import nn
from torch.nn.functional import binary_cross_entropy_with_logits, conv2d

# As small as in src/learning-rate.ts, and for the same reason.
LEARNING_RATE = 1e-6


def maf(size, context=0):
    return zuko.flows.MAF(size["dim"], context, transforms=size["transforms"], hidden_features=size["hidden"])


def nsf(size):
    return zuko.flows.NSF(size["dim"], transforms=size["transforms"], hidden_features=size["hidden"])


def real_nvp(size):
    """Affine coupling layers, which zuko names after NICE."""
    return zuko.flows.NICE(size["dim"], transforms=size["transforms"], hidden_features=size["hidden"])


def iaf(size, context=0):
    """The layers of a MAF the other way round: one pass from noise to data."""
    flow = maf(size, context)
    return zuko.flows.Flow([layer.inv for layer in flow.transform.transforms], flow.base)


def step_of(modules, loss):
    parameters = [parameter for module in modules for parameter in module.parameters()]
    optimizer = torch.optim.Adam(parameters, lr=LEARNING_RATE)

    def step():
        optimizer.zero_grad()
        loss().backward()
        optimizer.step()

    return step


def flow_step(flow, size):
    y = torch.randn(size["batch"], size["dim"])
    return step_of([flow], lambda: -flow().log_prob(y).mean())


def flow_log_prob(flow, size):
    y = torch.randn(size["batch"], size["dim"])
    return torch.no_grad()(lambda: flow().log_prob(y))


def flow_sample(flow, size):
    return torch.no_grad()(lambda: flow().sample((size["batch"],)))


def event_log_prob(flow, size):
    event = [math.sin(i) for i in range(size["dim"])]
    return torch.no_grad()(lambda: flow().log_prob(torch.tensor([event])).item())


def event_sample(flow, size):
    return torch.no_grad()(lambda: flow().sample((1,)).numpy())


def mlp(widths):
    layers = [layer for i, o in zip(widths, widths[1:]) for layer in (nn.Linear(i, o), nn.ReLU())]
    return nn.Sequential(*layers[:-1])


def vae_step(size, posterior):
    latent, hidden, context = size["dim"], size["hidden"], size["context"]
    encoder = mlp([size["pixels"], *hidden, 2 * latent + (context if posterior else 0)])
    decoder = mlp([latent, *hidden[::-1], size["pixels"]])
    x = torch.bernoulli(torch.full((size["batch"], size["pixels"]), 0.5))
    normalizer = 0.5 * latent * math.log(2 * math.pi)

    def loss():
        code = encoder(x)
        loc, log_scale = code[:, :latent], 7 * torch.tanh(code[:, latent : 2 * latent] / 7)
        noise = torch.randn_like(loc)
        z = loc + log_scale.exp() * noise
        log_q = -(0.5 * noise.square() + log_scale).sum(-1) - normalizer
        if posterior:
            # The layers go from data to noise, so that their inverse is the one pass from the Gaussian to the posterior.
            z, ladj = posterior.transform(code[:, 2 * latent :]).inv.call_and_ladj(z)
            log_q = log_q - ladj
        log_prior = -0.5 * z.square().sum(-1) - normalizer
        reconstruction = -binary_cross_entropy_with_logits(decoder(z), x, reduction="none").sum(-1)
        return -(reconstruction - log_q + log_prior).mean()

    return step_of([encoder, decoder, *([posterior] if posterior else [])], loss)


def convolution(size, with_gradients):
    x = torch.randn(size["batch"], size["channels"], size["side"], size["side"], requires_grad=with_gradients)
    filters = torch.randn(size["filters"], size["channels"], 3, 3, requires_grad=with_gradients)
    bias = torch.randn(size["filters"], requires_grad=with_gradients)
    apply = lambda: conv2d(x, filters, bias, stride=size["stride"], padding=1)
    if not with_gradients:
        return torch.no_grad()(apply)
    cotangent = torch.randn_like(apply())
    return lambda: torch.autograd.grad(apply(), [x, filters, bias], cotangent)


OPERATIONS = {
    "convolution": lambda size: convolution(size, False),
    "convolution-gradient": lambda size: convolution(size, True),
    "maf-step": lambda size: flow_step(maf(size), size),
    "maf-log-prob": lambda size: flow_log_prob(maf(size), size),
    "maf-sample": lambda size: flow_sample(maf(size), size),
    "iaf-step": lambda size: flow_step(iaf(size), size),
    "iaf-log-prob": lambda size: flow_log_prob(iaf(size), size),
    "iaf-sample": lambda size: flow_sample(iaf(size), size),
    "nsf-step": lambda size: flow_step(nsf(size), size),
    "nsf-log-prob": lambda size: flow_log_prob(nsf(size), size),
    "nsf-sample": lambda size: flow_sample(nsf(size), size),
    "real-nvp-step": lambda size: flow_step(real_nvp(size), size),
    "event-log-prob": lambda size: event_log_prob(maf(size), size),
    "event-sample": lambda size: event_sample(maf(size), size),
    "vae-gaussian-step": lambda size: vae_step(size, None),
    "vae-iaf-step": lambda size: vae_step(size, iaf(size, size["context"])),
}


def answer(milliseconds):
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * (1 if sys.platform == "darwin" else 1024)
    print(json.dumps({"milliseconds": milliseconds, "peakBytes": peak}), flush=True)


def main():
    torch.set_num_threads(int(sys.argv[1]))
    prepared = {}
    answer(0)
    for line in sys.stdin:
        request = json.loads(line)
        started = time.perf_counter()
        if "prepare" in request:
            prepared[request["prepare"]] = OPERATIONS[request["prepare"]](request["size"])
        else:
            run = prepared[request["run"]]
            for _ in range(request["runs"]):
                run()
        answer(1000 * (time.perf_counter() - started))


if __name__ == "__main__":
    main()
