"""What a proposed recipe does about each issue, in the order of its steps, and why.

What decides is what a wrong step costs, and how often the issue is found on sound samples (the
planted-defect studies, benchmarks/planted_images.py and planted_texts.py, seeds 0 to 2: under 0.5 %
of clean images and documents for what is dropped here).
"""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["DROP", "LEAVE", "REMEDIES", "Remedy"]

DROP = "drop"
LEAVE = "leave"


@dataclass(frozen=True)
class Remedy:
    """What is done about one issue.

    Parameters
    ----------
    issue
        Its name.
    step
        "drop", the name of a cleaner, or "leave": only said in the notes.
    what
        The samples that have it, behind their number; reads right without the first plural's "s".
    why
        Why this is done, or why nothing is.
    most
        Share of the corpus up to which it is a defect: what more of the samples have is what the
        corpus is like. 1 for what no corpus should have.
    otherwise
        Of a cleaner: what becomes of samples that still have the issue.
    """

    issue: str
    step: str
    what: str
    why: str
    most: float = 0.5
    otherwise: str = "drop"


_ALWAYS = 1.0

_IMAGES = (
    Remedy("unreadable", DROP, "files that cannot be read", "nothing can be learnt", _ALWAYS),
    Remedy("empty_file", DROP, "empty files", "nothing can be learnt", _ALWAYS),
    Remedy("truncated", DROP, "files cut short", "a part of each picture is missing", _ALWAYS),
    Remedy(
        "label_conflict",
        DROP,
        "copies of one picture under several labels",
        "nobody knows which label is right",
    ),
    Remedy("low_information", DROP, "blank or flat images", "they show nothing"),
    Remedy("blurry", DROP, "blurred images", "a generator learns the blur"),
    Remedy("too_dark", DROP, "overly dark images", "the detail is lost in the shadows"),
    Remedy("too_bright", DROP, "overexposed images", "the detail is lost in pure white"),
    Remedy("low_contrast", DROP, "images with hardly any contrast", "a generator learns the haze"),
    Remedy("noisy", DROP, "noisy images", "a generator learns the noise"),
    Remedy("over_compressed", DROP, "over-compressed images", "a generator learns the JPEG blocks"),
    Remedy(
        "odd_aspect", DROP, "extremely long or high images", "cropping or squeezing spoils them"
    ),
    # Few enough, they were not meant to be there; more, and the corpus is a mixed one.
    Remedy("grayscale", DROP, "gray images", "almost all others are in colour", 0.10),
    Remedy(
        "secret",
        DROP,
        "images with a key or password in the caption",
        "captions stay as they are",
        _ALWAYS,
    ),
    Remedy(
        "pii",
        DROP,
        "images with personal data in the caption",
        "captions stay as they are",
        _ALWAYS,
    ),
    Remedy("mojibake", DROP, "images with a garbled caption", "captions stay as they are"),
    Remedy("gibberish", DROP, "images with a caption in no language", "captions stay as they are"),
    Remedy(
        "control_characters", LEAVE, "captions with control characters", "captions stay as they are"
    ),
    Remedy("markup_residue", LEAVE, "captions with markup", "captions stay as they are"),
    Remedy("missing_caption", LEAVE, "images without a caption", "somebody has to write them"),
    Remedy(
        "repeated_caption",
        LEAVE,
        "images with a caption that many have",
        "somebody has to write better ones",
    ),
    Remedy(
        "rotated_by_exif",
        "orient",
        "images turned by EXIF only",
        "many readers do not turn them",
        _ALWAYS,
    ),
    Remedy("animated", "first_frame", "animated images", "most readers see the first picture only"),
    Remedy(
        "odd_mode",
        "unify_mode",
        "images in another colour mode than the others",
        "one mode for all",
    ),
    Remedy("letterboxed", "crop_borders", "letterboxed images", "a generator learns the bars"),
    Remedy(
        "wrong_suffix",
        "encode",
        "files with the suffix of another format",
        "readers go by the suffix",
        _ALWAYS,
    ),
    Remedy(
        "upscaled",
        LEAVE,
        "seemingly enlarged images",
        "sound photographs can look so too: find the originals",
    ),
    Remedy(
        "outlier",
        DROP,
        "images of another kind than the bulk",
        "a generator would learn to mix the two; keep them where they belong",
        most=0.25,
    ),
    Remedy("label_suspect", LEAVE, "doubtful labels", "a person has to decide: check them"),
)

_TEXTS = (
    Remedy("unreadable", DROP, "files that cannot be read", "nothing can be learnt", _ALWAYS),
    Remedy("empty", DROP, "empty documents", "nothing can be learnt", _ALWAYS),
    Remedy(
        "contaminated",
        DROP,
        "documents with evaluation items in them",
        "results on them would lie",
        _ALWAYS,
    ),
    Remedy(
        "label_conflict",
        DROP,
        "copies of one document under several labels",
        "nobody knows which label is right",
    ),
    Remedy("gibberish", DROP, "documents in no language", "there is nothing to repair"),
    Remedy(
        "wrong_language",
        DROP,
        "documents in another language than the others",
        "too few to learn that language from",
    ),
    Remedy("too_short", DROP, "documents of a few words", "they say nothing to learn"),
    Remedy(
        "not_utf8",
        "fix_encoding",
        "documents in another encoding than UTF-8",
        "written as UTF-8; what was lost before cannot come back",
        _ALWAYS,
    ),
    Remedy(
        "mojibake",
        "fix_encoding",
        "garbled documents",
        "decoded again; what stays garbled goes",
        _ALWAYS,
    ),
    Remedy(
        "control_characters",
        "control_characters",
        "documents with control characters",
        "they mean nothing in a text",
        _ALWAYS,
    ),
    Remedy(
        "markup_residue",
        "strip_markup",
        "documents with markup",
        "a model learns to write tags",
        _ALWAYS,
    ),
    Remedy(
        "boilerplate",
        "drop_boilerplate",
        "documents with menus, footers or notices",
        "the lines go, the text stays",
        _ALWAYS,
    ),
    Remedy("repetitive", "collapse_repetition", "repetitive documents", "a model learns to loop"),
    Remedy("pii", "mask_pii", "documents with personal data", "a model repeats it", _ALWAYS),
    Remedy(
        "secret",
        "mask_secrets",
        "documents with keys or passwords",
        "a model repeats them; revoke them too",
        _ALWAYS,
    ),
    # Found on 2 to 4 % of the documents that are whole: they lose half a sentence, and stay.
    Remedy(
        "truncated",
        "trim_sentences",
        "documents that may end in mid-sentence",
        "the last sentence goes where it is not whole",
        0.5,
        "keep",
    ),
    Remedy("too_long", LEAVE, "extremely long documents", "split them where a model reads less"),
    Remedy(
        "outlier",
        LEAVE,
        "documents unlike all others",
        "the rare ones are often the valuable ones: look at them",
    ),
    Remedy("label_suspect", LEAVE, "doubtful labels", "a person has to decide: check them"),
)

REMEDIES: dict[str, tuple[Remedy, ...]] = {"image": _IMAGES, "text": _TEXTS}
"""Modality -> what is done about its issues, in order. Copies, splits and odd sizes are not here:
they need more than a count.
"""
