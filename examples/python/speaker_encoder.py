"""The speaker encoder: which voice speaks, as a point on a sphere.

The code of its package: `get_model` gives the module that Neuropod runs. The network is Resemblyzer's, after
Wan et al., "Generalized End-to-End Loss for Speaker Verification", ICASSP 2018.
"""

import os

import torch

CHANNELS = 40
SIZE = 256


class SpeakerEncoder(torch.nn.Module):
    """Embeds stretches of sound, so that those of one voice are near each other."""

    def __init__(self):
        super().__init__()
        # The attributes' names are those that the weights have.
        self.lstm = torch.nn.LSTM(CHANNELS, SIZE, num_layers=3, batch_first=True)
        self.linear = torch.nn.Linear(SIZE, SIZE)

    def forward(self, mels):
        """Takes `mels`, float32 [batch, frames, 40]; returns `embedding`, float32 [batch, 256], of length 1."""
        _, (hidden, _) = self.lstm(mels)
        embedding = self.linear(hidden[-1]).relu()
        return {"embedding": torch.nn.functional.normalize(embedding)}


def get_model(data_root):
    """Returns the encoder with the weights in the folder `data_root`."""
    file = os.path.join(data_root, "pretrained.pt")
    weights = torch.load(file, map_location="cpu", weights_only=True)["model_state"]
    # What scaled the similarities in training is of no use here.
    weights = {name: weight for name, weight in weights.items() if not name.startswith("similarity_")}
    model = SpeakerEncoder()
    model.load_state_dict(weights)
    return model.eval()
