"""Prints the speaker encoder's embeddings as raw float32, from the module run directly in PyTorch.

    python speaker_embeddings.py DATA MELS FRAMES

DATA is the folder that holds `pretrained.pt`. MELS is a file of mel frames of 40 channels as raw float32;
each FRAMES of them are embedded, all in one batch.
"""

import sys

import numpy as np
import torch
from speaker_encoder import CHANNELS, get_model


def main(data, file, frames):
    torch.set_num_threads(1)
    mels = np.fromfile(file, dtype="<f4").reshape(-1, int(frames), CHANNELS)
    with torch.inference_mode():
        embeddings = get_model(data)(torch.from_numpy(mels))["embedding"]
    sys.stdout.buffer.write(embeddings.numpy().astype("<f4").tobytes())


if __name__ == "__main__":
    main(*sys.argv[1:])
