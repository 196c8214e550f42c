"""Prints Silero VAD's probabilities for a WAV file as raw float32, from PyTorch run directly."""

import sys
import wave

import numpy as np
import torch

CHUNK = 512


def main(model_path, sound_path):
    torch.set_num_threads(1)
    model = torch.jit.load(model_path).eval()
    with wave.open(sound_path) as sound:
        samples = np.frombuffer(sound.readframes(sound.getnframes()), dtype="<i2")
    samples = torch.from_numpy(samples.astype(np.float32) / 32768)
    with torch.inference_mode():
        chunks = samples[: len(samples) // CHUNK * CHUNK].split(CHUNK)
        probabilities = [model(chunk.unsqueeze(0), 16000).item() for chunk in chunks]
    sys.stdout.buffer.write(np.array(probabilities, dtype="<f4").tobytes())


if __name__ == "__main__":
    main(*sys.argv[1:])
