"""64 MiB of weights, to be loaded: what PyTorch saved."""

import os

import torch


class Weights(torch.nn.Module):
    def __init__(self, path):
        super().__init__()
        self.weights = torch.load(path, weights_only=True)

    def forward(self, x):
        return {"out": x * self.weights["0"][0, 0]}


def get_model(data):
    return Weights(os.path.join(data, "weights.pt"))
