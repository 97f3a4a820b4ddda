"""A byte-level Transformer: one model for every language and script.

GPT-2's shape (Radford et al. 2019) with RMSNorm: pre-norm blocks, learned positions, tied
embeddings. Texts are joined by a boundary token, of which every text has one before its first byte.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional

from datakit.benchmarks.models.model import Preset
from datakit.benchmarks.models.weights import (
    Ema,
    descend,
    initialised,
    load_weights,
    mixed_precision,
    one_cycle,
    set_rate,
    weights,
)
from datakit.errors import InputError

__all__ = ["BOUNDARY", "Lm", "LmPreset", "windows"]

BOUNDARY = 256

_RATE = 3e-3
_BETAS = (0.9, 0.98)
_DECAY = 0.05
_LONGEST_GRADIENT = 1.0
_HEAD = 16  # units of an attention head
_ROWS = 128
_IGNORED = -100  # what cross_entropy leaves out


@dataclass(frozen=True)
class LmPreset(Preset):
    """Width: units of the residual stream, a multiple of 16.

    Parameters
    ----------
    layers
        Transformer blocks.
    context
        Tokens that are seen at once.
    """

    layers: int
    context: int


def windows(texts: Sequence[bytes], context: int) -> Tensor:
    """Cut texts, joined by boundaries, into windows of context + 1 tokens.

    Each window begins with the token that the one before it ended with, so that every token is
    predicted once an epoch. Less than a window at the end is left out.

    Returns
    -------
    Tensor
        (n, context + 1) of int16, a view of one copy of the texts.

    Raises
    ------
    InputError
        Texts that do not fill one window.
    """
    parts = [np.frombuffer(text, np.uint8).astype(np.int16) for text in texts]
    boundary = np.array([BOUNDARY], np.int16)
    stream = np.concatenate([piece for part in parts for piece in (boundary, part)] + [boundary])
    if len(stream) <= context:
        raise InputError(
            f"{len(stream)} tokens of text: one window of the lm needs {context + 1}; give more "
            "text or a preset with a shorter context"
        )
    return torch.from_numpy(stream).unfold(0, context + 1, context)


class Lm:
    """Predicts each byte from those before it.

    Parameters
    ----------
    preset
        Size and length.
    rng
        Where the initial weights come from.
    device
        Where it runs.
    """

    name: ClassVar[str] = "lm"
    presets: ClassVar[Mapping[str, LmPreset]] = {
        "smoke": LmPreset(steps=40, batch=16, width=32, layers=1, context=64),
        "quick": LmPreset(steps=700, batch=32, width=64, layers=2, context=64),
        "full": LmPreset(steps=4000, batch=32, width=128, layers=4, context=128),
    }

    def __init__(self, preset: LmPreset, rng: torch.Generator, device: torch.device) -> None:
        if preset.width % _HEAD:
            raise InputError(f"lm of width {preset.width}: it must be a multiple of {_HEAD}")
        self.preset, self.device = preset, device
        network = _Transformer(preset.width, preset.layers, preset.context)
        initialised(network, rng)
        for name, parameter in network.named_parameters():
            if name.endswith(("mixed.weight", "narrow.weight")):
                nn.init.zeros_(parameter)  # at first every block adds nothing
        self.network = network.to(device)
        self.ema = Ema(self.network)
        self._adam = torch.optim.AdamW(
            self.network.parameters(), betas=_BETAS, weight_decay=_DECAY, fused=True
        )
        self._n_steps = 0

    def prepare(self, data: Tensor) -> None:
        """Nothing is fitted beforehand."""

    def step(self, batch: Tensor, rng: torch.Generator) -> dict[str, float]:
        """Take one step on windows (n, context + 1) of `windows`; the loss is in bits a token."""
        del rng  # nothing is drawn
        set_rate(self._adam, one_cycle(self._n_steps, self.preset.steps, _RATE))
        self._n_steps += 1
        tokens = batch.to(self.device).long()
        with mixed_precision(self.device):
            logits = self.network(tokens[:, :-1]).float()
        loss = functional.cross_entropy(logits.flatten(0, 1), tokens[:, 1:].flatten())
        descend(self._adam, loss, _LONGEST_GRADIENT)
        self.ema.update(self.network)
        return {"bits_per_byte": loss.item() / math.log(2)}

    @torch.no_grad()
    def bits_per_byte(self, texts: Sequence[bytes]) -> float:
        """What it costs to send the texts with the model's predictions, in bits a byte.

        Every byte is predicted once, from half a context of bytes at least where its text has as
        many before it. Boundaries cost nothing. NaN where there is no byte.
        """
        nats, n_bytes = 0.0, 0
        for given, wanted in _rows(texts, self.preset.context):
            wanted = wanted.to(self.device)
            with mixed_precision(self.device):
                logits = self.ema.network(given.to(self.device)).float()
            loss = functional.cross_entropy(
                logits.transpose(1, 2), wanted, ignore_index=_IGNORED, reduction="none"
            )
            nats += float(loss.double().sum())
            n_bytes += int((wanted != _IGNORED).sum())
        return nats / n_bytes / math.log(2) if n_bytes else math.nan

    @torch.no_grad()
    def sample(self, n: int, length: int, rng: torch.Generator) -> list[bytes]:
        """Write n texts of at most `length` bytes; a text ends where the model ends it."""
        context = self.preset.context
        tokens = torch.full((n, 1), BOUNDARY)
        past: _Past | None = None
        for _ in range(length):
            if past is not None and past[0][0].shape[2] == context:
                past = None  # full: go on from its later half
            given = tokens[:, -1:] if past else tokens[:, -(context // 2) :]
            logits, past = self.ema.network.predict(given.to(self.device), past)
            chance = logits.float().softmax(1).to(rng.device)
            drawn = torch.multinomial(chance, 1, generator=rng)
            tokens = torch.cat([tokens, drawn.cpu()], 1)
        texts = []
        for row in tokens[:, 1:].tolist():
            end = row.index(BOUNDARY) if BOUNDARY in row else len(row)
            texts.append(bytes(row[:end]))
        return texts

    def state(self) -> dict[str, Tensor]:
        """Weights of the averaged network."""
        return weights(self.ema.network)

    def load(self, state: Mapping[str, Tensor]) -> None:
        """Take the network to predict with; training does not go on from it."""
        load_weights(self.ema.network, state)


def _rows(texts: Sequence[bytes], context: int) -> Iterator[tuple[Tensor, Tensor]]:
    """Batches of inputs and targets (rows, context) in which every byte is a target once."""
    half = context // 2
    given, wanted = [], []
    for text in texts:
        tokens = np.concatenate([[BOUNDARY], np.frombuffer(text, np.uint8)]).astype(np.int64)
        done = 0
        while done < len(text):
            start = max(0, done - half)
            piece = tokens[start : start + context + 1]
            row, target = np.zeros(context, np.int64), np.full(context, _IGNORED)
            row[: len(piece) - 1] = piece[:-1]
            target[done - start : len(piece) - 1] = piece[1 + done - start :]
            given.append(row)
            wanted.append(target)
            done = start + len(piece) - 1
            if len(given) == _ROWS:
                yield torch.from_numpy(np.stack(given)), torch.from_numpy(np.stack(wanted))
                given, wanted = [], []
    if given:
        yield torch.from_numpy(np.stack(given)), torch.from_numpy(np.stack(wanted))


_Past = list[tuple[Tensor, Tensor]]  # keys and values (n, heads, tokens, 16) of each block


class _Block(nn.Module):
    """Attention over what came before, then two layers on each token."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.first, self.second = nn.RMSNorm(width), nn.RMSNorm(width)
        self.attention = nn.Linear(width, 3 * width, bias=False)
        self.mixed = nn.Linear(width, width, bias=False)
        self.wide = nn.Linear(width, 4 * width, bias=False)
        self.narrow = nn.Linear(4 * width, width, bias=False)

    def forward(
        self, x: Tensor, past: tuple[Tensor, Tensor] | None
    ) -> tuple[Tensor, tuple[Tensor, Tensor]]:
        n, n_tokens, width = x.shape
        parts = self.attention(self.first(x)).view(n, n_tokens, 3, width // _HEAD, _HEAD)
        query, key, value = parts.permute(2, 0, 3, 1, 4)
        if past is not None:  # one more token, which sees all of them
            key, value = torch.cat([past[0], key], 2), torch.cat([past[1], value], 2)
        seen = functional.scaled_dot_product_attention(query, key, value, is_causal=past is None)
        x = x + self.mixed(seen.transpose(1, 2).reshape(n, n_tokens, width))
        return x + self.narrow(functional.gelu(self.wide(self.second(x)))), (key, value)


class _Transformer(nn.Module):
    """Tokens (n, t) -> logits of the next one (n, t, 257)."""

    def __init__(self, width: int, layers: int, context: int) -> None:
        super().__init__()
        self.tokens = nn.Embedding(BOUNDARY + 1, width)
        self.places = nn.Embedding(context, width)
        self.blocks = nn.ModuleList(_Block(width) for _ in range(layers))
        self.last = nn.RMSNorm(width)

    def run(self, tokens: Tensor, past: _Past | None) -> tuple[Tensor, _Past]:
        n_before = past[0][0].shape[2] if past else 0
        places = torch.arange(n_before, n_before + tokens.shape[1], device=tokens.device)
        x, kept = self.tokens(tokens) + self.places(places), []
        for i, block in enumerate(self.blocks):
            x, keys_and_values = block(x, past[i] if past else None)
            kept.append(keys_and_values)
        return functional.linear(self.last(x), self.tokens.weight), kept

    def forward(self, tokens: Tensor) -> Tensor:
        return self.run(tokens, None)[0]

    def predict(self, tokens: Tensor, past: _Past | None) -> tuple[Tensor, _Past]:
        """Logits (n, 257) of the token after the last, and what the next call needs not redo."""
        logits, past = self.run(tokens, past)
        return logits[:, -1], past
