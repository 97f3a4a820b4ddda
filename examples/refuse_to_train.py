"""A training that refuses to begin when its data does not meet a suite.

    python examples/refuse_to_train.py ./images --suite images --epochs 5

Exits with the gate's own code: 1 where the data failed, 3 where it could not be judged.
"""

import argparse
import sys
from pathlib import Path

import numpy as np
import torch
from PIL import Image
from torch import nn
from torch.utils.data import DataLoader, Dataset

import datakit as dk


class Pictures(Dataset):
    """The readable images of a profile, 32 x 32, in [0, 1]."""

    def __init__(self, profile):
        rows = profile.rows
        folder = Path(profile.location)
        self.files = [folder / path for path in rows["path"][rows["status"] == "ok"]]

    def __len__(self):
        return len(self.files)

    def __getitem__(self, i):
        with Image.open(self.files[i]) as image:
            pixels = np.asarray(image.convert("RGB").resize((32, 32)), np.float32)
        return torch.from_numpy(pixels / 255).permute(2, 0, 1)


def autoencoder():
    return nn.Sequential(
        nn.Conv2d(3, 16, 4, 2, 1),
        nn.ReLU(),
        nn.Conv2d(16, 8, 4, 2, 1),
        nn.ReLU(),
        nn.ConvTranspose2d(8, 16, 4, 2, 1),
        nn.ReLU(),
        nn.ConvTranspose2d(16, 3, 4, 2, 1),
    )


def train(data, epochs):
    """Mean squared error after every epoch."""
    torch.manual_seed(0)
    model = autoencoder()
    optimizer = torch.optim.Adam(model.parameters(), lr=3e-3)
    losses = []
    for _ in range(epochs):
        total = 0.0
        for batch in DataLoader(data, batch_size=16, shuffle=True):
            loss = nn.functional.mse_loss(model(batch), batch)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            total += loss.item() * len(batch)
        losses.append(total / len(data))
    return losses


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("corpus")
    parser.add_argument("--suite", default="images")
    parser.add_argument("--epochs", type=int, default=5)
    options = parser.parse_args()

    profile = dk.profile(options.corpus)  # measures only what changed since the last time
    decision = dk.gate(profile, options.suite)
    try:
        decision.raise_for_failure()
    except dk.GateFailed as error:
        print(f"not training: {error}", file=sys.stderr)
        sys.exit(error.exit_code)

    for epoch, loss in enumerate(train(Pictures(profile), options.epochs), 1):
        print(f"epoch {epoch}  loss {loss:.4f}")


if __name__ == "__main__":
    main()
