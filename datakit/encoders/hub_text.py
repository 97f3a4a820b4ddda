"""Text encoders from the Hugging Face hub or a local folder, through `transformers`."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from datakit.errors import InputError, MissingExtraError

if TYPE_CHECKING:
    from torch import Tensor

__all__ = ["HubText"]

_CHARS_PER_TOKEN = 32  # of every text 32 times as many characters are read as tokens are used
_MODULES = ("Transformer", "Pooling", "Normalize")
_OLD_POOLING = {
    "pooling_mode_cls_token": "cls",
    "pooling_mode_max_tokens": "max",
    "pooling_mode_mean_tokens": "mean",
    "pooling_mode_mean_sqrt_len_tokens": "mean_sqrt_len_tokens",
    "pooling_mode_weightedmean_tokens": "weightedmean",
    "pooling_mode_lasttoken": "lasttoken",
}


class HubText:
    """A sentence model such as ``sentence-transformers/all-MiniLM-L6-v2``.

    The last hidden states of a text's tokens, pooled as 1_Pooling/config.json says (their mean,
    if there is no such file), scaled to unit length. A model sees the beginning of a text: as
    many tokens as sentence_bert_config.json says, or as it has positions. No prompt is added.

    Parameters
    ----------
    model
        Name on the hub, or a local folder with config.json, a tokenizer and weights. Weights are
        loaded from safetensors; a name that is not in the local cache is downloaded, since it was
        asked for.

    Raises
    ------
    MissingExtraError
        `transformers` is not installed.
    InputError
        The model cannot be loaded, gives no states of tokens, or its folder asks for a step that
        is not known here (a dense layer after pooling, another pooling).
    """

    def __init__(self, model: str) -> None:
        self.name = f"hub:{model}"
        self._source = model
        self._model: Any = None
        self._load()
        try:
            self.dim = self._states("a").shape[1]
        except Exception as error:  # whatever a model raises that takes no plain tokens
            raise self._unusable(error, "give a model that takes texts") from None

    def __getstate__(self) -> dict[str, Any]:
        return self.__dict__ | {"_model": None, "_tokenizer": None}

    def _unusable(self, error: object, advice: str) -> InputError:
        kind = f"{type(error).__name__}: " if isinstance(error, Exception) else ""
        return InputError(f"encoder {self.name} cannot be used ({kind}{error}): {advice}")

    def _load(self) -> None:
        try:
            from transformers import AutoModel, AutoTokenizer
        except ImportError:
            raise MissingExtraError("transformers", f"encoder {self.name}", "hub") from None
        import torch

        try:
            self._tokenizer = AutoTokenizer.from_pretrained(self._source)
            model = AutoModel.from_pretrained(self._source, use_safetensors=True)
            modules, pooling, sentence = map(
                self._settings,
                ("modules.json", "1_Pooling/config.json", "sentence_bert_config.json"),
            )
        except Exception as error:  # the hub client raises many kinds
            advice = "give a model on the hub or a folder with config.json and model.safetensors"
            raise self._unusable(error, advice) from None
        if getattr(model.config, "is_encoder_decoder", False):
            model = model.get_encoder()
        self._model = model.float().eval()  # half precision is slow and rounds on a processor
        self._pooling = _pooling_mode(pooling)
        steps = {str(module["type"]).rsplit(".", 1)[-1] for module in modules or ()}
        unknown = sorted(steps - set(_MODULES)) or ([] if self._pooling in _POOLS else [pooling])
        if unknown:
            advice = f"known are {', '.join(_MODULES)} and pooling by {', '.join(_POOLS)}"
            raise self._unusable(f"unknown step {unknown[0]}", advice)
        self._lower = bool((sentence or {}).get("do_lower_case", False))
        self._n_tokens = _most_tokens(sentence or {}, self._tokenizer, model.config)
        self.digest = self._digest()
        torch.set_num_threads(1)  # the executor decides how many cores work

    def _settings(self, file: str) -> Any:
        """The content of one of the model's JSON files; None where it has none."""
        from transformers.utils import cached_file

        path = cached_file(self._source, file, _raise_exceptions_for_missing_entries=False)
        return None if path is None else json.loads(Path(path).read_text("utf-8"))

    def _digest(self) -> str:
        settings = (self._pooling, self._lower, self._n_tokens)
        digest = hashlib.sha256(repr(settings).encode())
        digest.update(repr(sorted(self._tokenizer.get_vocab().items())).encode())
        for name, tensor in sorted(self._model.state_dict().items()):
            digest.update(name.encode())
            digest.update(tensor.cpu().contiguous().numpy().tobytes())
        return digest.hexdigest()[:16]

    def prepare(self, text: str) -> str:
        """Shorten a document to the characters that are read, 32 for every token of the model."""
        return text[: self._n_tokens * _CHARS_PER_TOKEN]

    def _states(self, text: str) -> Tensor:
        """Last hidden states, shape (tokens, dim)."""
        import torch

        # Lone surrogates become question marks: tokenizers take UTF-8 only.
        clean = self.prepare(text).encode("utf-8", "replace").decode("utf-8")
        inputs = self._tokenizer(
            clean.lower() if self._lower else clean,
            truncation=True,
            max_length=self._n_tokens,
            return_tensors="pt",
        )
        if not inputs["input_ids"].numel():
            return torch.zeros((0, getattr(self, "dim", 0)))
        with torch.inference_mode():
            states: Tensor = self._model(**inputs).last_hidden_state[0]
        return states[inputs["attention_mask"][0].bool()]

    def encode(self, texts: Sequence[str]) -> npt.NDArray[np.float32]:
        """Vectors of documents, shape (n, dim), of unit length; 0 for a text without tokens.

        Text by text: padding to the longest of a batch would change the last bits.
        """
        if self._model is None:
            self._load()
        out = np.zeros((len(texts), self.dim), np.float32)
        for i, text in enumerate(texts):
            states = self._states(text)
            if len(states):
                pooled = _POOLS[self._pooling](states).numpy()
                out[i] = pooled / max(float(np.linalg.norm(pooled)), 1e-12)
        return out

    def codebook(self) -> None:
        """No collection stands behind this encoder."""


def _position_mean(states: Tensor) -> Tensor:
    """Mean weighted by position, 1 for the first token (Muennighoff 2022, SGPT)."""
    import torch

    weights = torch.arange(1, len(states) + 1, dtype=states.dtype)
    return weights @ states / weights.sum()


_POOLS = {
    "mean": lambda states: states.mean(0),
    "cls": lambda states: states[0],
    "max": lambda states: states.amax(0),
    "lasttoken": lambda states: states[-1],
    "mean_sqrt_len_tokens": lambda states: states.sum(0) / len(states) ** 0.5,
    "weightedmean": _position_mean,
}


def _pooling_mode(settings: dict[str, Any] | None) -> str:
    """The name of the pooling that a 1_Pooling/config.json asks for, old or new style."""
    if settings is None:
        return "mean"
    found = settings.get("pooling_mode")
    if found is None:
        found = [name for key, name in _OLD_POOLING.items() if settings.get(key)] or ["mean"]
    return found if isinstance(found, str) else "+".join(found)


def _most_tokens(sentence: dict[str, Any], tokenizer: Any, config: Any) -> int:
    """The smallest limit that the model states, at most 8,192."""
    stated = [sentence.get("max_seq_length"), getattr(tokenizer, "model_max_length", None)]
    limits = [limit for limit in stated if limit and limit < 1e9]  # 1e30 stands for none
    positions = getattr(config, "max_position_embeddings", None)
    if positions and positions > 2:
        # RoBERTa and its kin do not use their first two positions.
        limits.append(positions if limits else positions - 2)
    return int(min([8192, *limits]))
