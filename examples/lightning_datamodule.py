"""A Lightning DataModule over a curated corpus with the splits train and val.

    python examples/lightning_datamodule.py ./curated --epochs 5

Without Lightning the same module feeds a plain loop.
"""

import argparse

import torch
from torch import nn
from torch.utils.data import DataLoader

import datakit as dk

try:
    import lightning
except ImportError:
    lightning = None

Module, DataModule, Callback = (
    (nn.Module, object, object)
    if lightning is None
    else (lightning.LightningModule, lightning.LightningDataModule, lightning.Callback)
)


class Curated(DataModule):
    """Batches of a corpus: train is augmented on the fly, val is not."""

    def __init__(self, corpus, augment="safe", batch_size=16, workers=0):
        super().__init__()
        self.corpus, self.augment = corpus, augment
        self.batch_size, self.workers = batch_size, workers

    def setup(self, stage=None):
        self.train_set = dk.torch_dataset(self.corpus, split="train", augment=self.augment)
        self.val_set = dk.torch_dataset(self.corpus, split="val")

    def train_dataloader(self):
        return self.loader(self.train_set, shuffle=True)

    def val_dataloader(self):
        return self.loader(self.val_set)

    def loader(self, dataset, shuffle=False):
        return DataLoader(
            dataset,
            self.batch_size,
            shuffle=shuffle,
            num_workers=self.workers,
            persistent_workers=self.workers > 0,  # a new epoch reaches them all the same
        )


class NewEpoch(Callback):
    """Lightning tells samplers which epoch it is; datasets are told here."""

    def on_train_epoch_start(self, trainer, pl_module):
        trainer.datamodule.train_set.set_epoch(trainer.current_epoch)


class Autoencoder(Module):
    def __init__(self):
        super().__init__()
        self.net = nn.Sequential(
            nn.Conv2d(3, 16, 4, 2, 1),
            nn.ReLU(),
            nn.ConvTranspose2d(16, 3, 4, 2, 1),
        )

    def loss(self, batch):
        return nn.functional.mse_loss(self.net(batch["image"]), batch["image"])

    def training_step(self, batch, batch_idx):
        return self.loss(batch)

    def validation_step(self, batch, batch_idx):
        self.log("val_loss", self.loss(batch), batch_size=len(batch["image"]))

    def configure_optimizers(self):
        return torch.optim.Adam(self.parameters(), lr=3e-3)


def fit_with_lightning(model, data, epochs):
    trainer = lightning.Trainer(
        max_epochs=epochs,
        accelerator="cpu",
        logger=False,
        enable_checkpointing=False,
        enable_progress_bar=False,
        callbacks=[NewEpoch()],
    )
    trainer.fit(model, datamodule=data)
    return trainer.callback_metrics["val_loss"].item()


def fit_without(model, data, epochs):
    data.setup()
    train, val = data.train_dataloader(), data.val_dataloader()
    optimizer = model.configure_optimizers()
    for epoch in range(epochs):
        data.train_set.set_epoch(epoch)
        for batch in train:
            optimizer.zero_grad()
            model.loss(batch).backward()
            optimizer.step()
    with torch.no_grad():
        total = sum(model.loss(batch).item() * len(batch["image"]) for batch in val)
    return total / len(data.val_set)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("corpus")
    parser.add_argument("--epochs", type=int, default=5)
    parser.add_argument("--workers", type=int, default=0)
    options = parser.parse_args()

    torch.manual_seed(0)
    data = Curated(options.corpus, workers=options.workers)
    fit = fit_without if lightning is None else fit_with_lightning
    loss = fit(Autoencoder(), data, options.epochs)
    print(f"fitted {'without' if lightning is None else 'with'} Lightning: val loss {loss:.4f}")


if __name__ == "__main__":
    main()
