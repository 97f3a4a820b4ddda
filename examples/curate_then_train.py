"""From a raw corpus to a training on the curated one, augmented on the fly.

    python examples/curate_then_train.py ./images ./curated --recipe images-gan --epochs 5

The recipe must give all pictures one size and one colour mode, as images-gan does.
"""

import argparse

import torch
from torch import nn
from torch.utils.data import DataLoader

import datakit as dk


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


def train(dataset, epochs):
    """Mean squared error after every epoch."""
    torch.manual_seed(0)
    model = autoencoder()
    optimizer = torch.optim.Adam(model.parameters(), lr=3e-3)
    loader = DataLoader(dataset, batch_size=16, shuffle=True)
    losses = []
    for epoch in range(epochs):
        dataset.set_epoch(epoch)  # other random changes in every epoch, the same in every run
        total = 0.0
        for batch in loader:
            loss = nn.functional.mse_loss(model(batch["image"]), batch["image"])
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            total += loss.item() * len(batch["image"])
        losses.append(total / len(dataset))
    return losses


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("corpus")
    parser.add_argument("out")
    parser.add_argument("--recipe", default="images-gan")
    parser.add_argument("--epochs", type=int, default=5)
    options = parser.parse_args()

    plan = dk.plan(dk.profile(options.corpus), options.recipe)
    for reason, n in plan.summary()["reasons"].get("drop", {}).items():
        print(f"dropped  {n}  {reason}")
    curated = dk.curate(plan, options.out)

    dataset = dk.torch_dataset(curated, augment="safe")
    for epoch, loss in enumerate(train(dataset, options.epochs), 1):
        print(f"epoch {epoch}  loss {loss:.4f}")


if __name__ == "__main__":
    main()
