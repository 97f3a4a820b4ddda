"""Sentences translated to another language and back (Sennrich et al. 2016)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any, ClassVar

import numpy as np

from datakit.errors import InputError, MissingExtraError
from datakit.transforms.text_augment_edits import Edit, check_rate, counted, rewritten
from datakit.transforms.text_augment_sentences import find_sentences
from datakit.transforms.transform import Content

__all__ = ["BackTranslation"]

_HUB = "hub:"
_FORMS = "a folder with a translation model, or hub:NAME for one on the hub"


@dataclass(frozen=True)
class BackTranslation:
    """Sentences translated there and back by two MarianMT models, or rewritten by any function.

    Which sentences are is random, how they are is not: models search by beams, with the settings
    that come with them. A sentence longer than a model takes stays as it is. Nothing is downloaded
    but what is written with ``hub:``.

    Parameters
    ----------
    to, back
        Models to the other language and back: a local folder, or ``hub:Helsinki-NLP/opus-mt-en-zh``
        and ``hub:Helsinki-NLP/opus-mt-zh-en``. Needs transformers and sentencepiece.
    rate
        Probability of every sentence with a letter in it, in [0, 1].
    translate
        Instead of both models: one sentence -> the same said otherwise. In Python only; worker
        processes need one that can be pickled.

    Raises
    ------
    MissingExtraError
        transformers is not installed.
    InputError
        Neither models nor a function are given, or both; a folder is none; the rate is no share.
    """

    name: ClassVar[str] = "back_translation"
    modality: ClassVar[str] = "text"

    to: str = ""
    back: str = ""
    rate: float = 0.5
    translate: Callable[[str], str] | None = None

    def __post_init__(self) -> None:
        check_rate(self.name, self.rate)
        if self.translate is not None:
            if self.to or self.back or not callable(self.translate):
                raise InputError("back_translation takes `to` and `back`, or a function: not both")
            return
        if not (self.to and self.back):
            raise InputError(
                f"back_translation to {self.to!r} and back {self.back!r}: give {_FORMS}, for each"
            )
        if find_spec("transformers") is None:
            raise MissingExtraError("transformers", "augmenter back_translation", "hub")
        for source in (self.to, self.back):
            if not source.startswith(_HUB) and not Path(source).is_dir():
                raise InputError(f"back_translation model {source} is no folder: give {_FORMS}")

    def to_parameters(self) -> dict[str, Any]:
        """The parameters as recipes have them.

        Raises
        ------
        InputError
            A function was given: no YAML file can hold it.
        """
        if self.translate is not None:
            raise InputError(
                "back_translation by a Python function cannot be written into a recipe: "
                "give the models `to` and `back`, or keep the recipe in Python"
            )
        return {"to": self.to, "back": self.back, "rate": self.rate}

    def augment(self, content: Content, rng: np.random.Generator) -> tuple[Content, str]:
        """The text with some sentences said otherwise, and how many."""
        text: str = content.value
        spans = [(s.start, s.end) for s in find_sentences(text)]
        spans = [span for span in spans if any(map(str.isalpha, text[slice(*span)]))]
        edits: list[Edit] = []
        for (start, end), draw in zip(spans, rng.random(len(spans)).tolist(), strict=True):
            if draw < self.rate:
                said = self._rewritten(text[start:end])
                # Nothing vanishes, and a sentence stays on its line.
                if said and said != text[start:end]:
                    edits.append((start, end, said))
        note = counted(len(edits), "sentence", "translated there and back")
        return rewritten(content, edits, note)

    def _rewritten(self, sentence: str) -> str:
        if self.translate is None:
            there = _model(self.to)(sentence)
            return _model(self.back)(there) if there else ""
        said = self.translate(sentence)
        if not isinstance(said, str):
            raise InputError(
                f"the function of back_translation gave a {type(said).__name__} for a sentence: "
                "give one that returns a str"
            )
        return " ".join(said.split())


@lru_cache(maxsize=4)
def _model(source: str) -> Callable[[str], str]:
    """One sentence -> its translation on one line; "" where the model cannot take it whole."""
    import torch
    from transformers import AutoModelForSeq2SeqLM, AutoTokenizer

    local = not source.startswith(_HUB)
    place = source.removeprefix(_HUB)
    try:
        tokenizer = AutoTokenizer.from_pretrained(place, local_files_only=local)
        model = AutoModelForSeq2SeqLM.from_pretrained(place, local_files_only=local)
    except Exception as error:  # the hub client raises many kinds
        raise InputError(
            f"back_translation model {source} cannot be loaded "
            f"({type(error).__name__}: {error}): give {_FORMS}"
        ) from None
    model = model.float().eval()
    stated = getattr(model.config, "max_position_embeddings", None) or 512
    most = min(stated, tokenizer.model_max_length)
    torch.set_num_threads(1)  # the executor decides how many cores work

    def translated(sentence: str) -> str:
        # Lone surrogates become question marks: tokenizers take UTF-8 only.
        clean = sentence.encode("utf-8", "replace").decode("utf-8")
        inputs = tokenizer(clean, return_tensors="pt", verbose=False)
        n = inputs["input_ids"].shape[1]
        if n > most:
            return ""
        with torch.inference_mode():
            said = model.generate(**inputs, do_sample=False, max_new_tokens=min(most, 2 * n + 16))
        return " ".join(tokenizer.decode(said[0], skip_special_tokens=True).split())

    return translated
