"""What is done to one sample: read, cleaned, copied with changes, encoded."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace

from datakit.corpora.corpus import Corpus
from datakit.curation.job import Job
from datakit.curation.outcome import Outcome
from datakit.curation.recipe import Recipe
from datakit.curation.suffixes import suffix_of
from datakit.measures.modality import UndecodableError
from datakit.measures.text_block import TextBlock
from datakit.profiles.issues import check_thresholds
from datakit.sample import Sample
from datakit.transforms import Augmenter, Content, Mixer, generator
from datakit.transforms.codec import decoded, finished

__all__ = ["Treatment", "dropped"]

_ADDRESS = re.compile(r" at 0x[0-9a-fA-F]+")
_LONGEST = 500


class _DroppedError(Exception):
    """An output does not come out; the arguments are reason and evidence."""


@dataclass(frozen=True)
class Treatment:
    """Makes the outputs of samples.

    Parameters
    ----------
    corpus
        Reads the samples.
    recipe
        What is done to them.
    as_files
        Whether outputs become files, which may stay in any encoding; texts in tables are UTF-8.
    thresholds
        Issue -> threshold, where the profile was not made with the defaults.
    """

    corpus: Corpus
    recipe: Recipe
    as_files: bool
    thresholds: Mapping[str, float] = field(default_factory=dict)

    def outputs(self, job: Job, begin: Callable[[], None]) -> Iterator[tuple[Outcome, bytes]]:
        """The sample and its copies, or why they do not come out (with no bytes).

        Parameters
        ----------
        job
            What is to be done.
        begin
            Called before each output is made.
        """
        begin()
        try:
            before, content, edits = self._cleaned(job)
        except _DroppedError as error:
            yield dropped(job, 0, *error.args), b""
            return
        yield _made(job, 0, before, content, edits)
        for copy in range(1, job.copies):
            if self.recipe.augment is None:
                yield _made(job, copy, before, content, edits)
                continue
            begin()
            try:
                yield self._augmented(job, copy, before, content, edits)
            except _DroppedError as error:
                yield dropped(job, copy, *error.args), b""

    def _cleaned(self, job: Job) -> tuple[str, Content, list[str]]:
        """SHA-256 of the sample as it was, its content with bytes, and what was done."""
        modality = self.corpus.modality
        data, before = self._read(job)
        suffix = suffix_of(job.sample.path, data, modality)
        needed = job.steps or (job.copies > 1 and self.recipe.augment is not None)
        if not needed and (self.as_files or modality == "image"):
            return before, Content(None, data, suffix), []
        try:
            content = decoded(modality, data, suffix)
        except UndecodableError as error:
            raise _DroppedError("cannot be decoded", _told(error, named=False)) from None
        except Exception as error:  # decoders raise nearly anything
            raise _DroppedError("cannot be decoded", _told(error)) from None
        edits = [] if content.data is not None else ["decode: written as plain UTF-8"]
        whole = content.value
        for number in job.steps:
            step = self.recipe.clean[number].transform
            try:
                content, note = step.clean(content)
            except Exception as error:  # a sample that breaks a cleaner must not stop the run
                raise _DroppedError(f"{step.name} failed", _told(error)) from None
            if note:
                edits.append(f"{step.name}: {note}")
        if job.steps and isinstance(content.value, str) and not content.value.strip():
            raise _DroppedError("nothing is left after cleaning", "; ".join(edits))
        if isinstance(whole, str) and self._is_rest(job, whole, content.value):
            raise _DroppedError("too_short after cleaning", "; ".join(edits))
        return before, self._finished(content), edits

    def _is_rest(self, job: Job, before: str, after: str) -> bool:
        """Whether a repair took most of a document, and left what says nothing to learn.

        A document that has become too short had an issue that cleaning could not mend, so it is
        only asked where such samples are to be dropped.
        """
        strict = any(
            self.recipe.clean[n].only and self.recipe.clean[n].otherwise == "drop"
            for n in job.steps
        )
        # Texts of the same length have as many letters, near enough: most are done with here.
        if not strict or len(after) > len(before) / 2:
            return False
        limit = check_thresholds("text", self.thresholds)["too_short"]
        words, letters = zip(*(_size(text) for text in (before, after)), strict=True)
        return letters[1] < letters[0] / 2 and words[1] < limit <= words[0]

    def _read(self, job: Job) -> tuple[bytes, str]:
        """The bytes that were profiled, and their SHA-256."""
        if job.sample.problem is not None:
            raise _DroppedError("cannot be read", job.sample.problem)
        try:
            data = self.corpus.read(job.sample)
        except Exception as error:  # a file system or an archive may raise anything
            raise _DroppedError("cannot be read", _told(error)) from None
        now = _hash(data)
        if now != job.content_hash:
            raise _DroppedError("changed after it was profiled", f"SHA-256 is {now} now")
        return data, now

    def _finished(self, content: Content) -> Content:
        try:
            return finished(self.corpus.modality, content)
        except Exception as error:  # so do encoders
            raise _DroppedError("cannot be encoded", _told(error)) from None

    def _augmented(
        self, job: Job, copy: int, before: str, content: Content, edits: list[str]
    ) -> tuple[Outcome, bytes]:
        """One augmented copy."""
        assert self.recipe.augment is not None
        rng = generator(self.recipe.seed, job.sample.sample_id, copy)
        parents, done = [job.sample.sample_id], list(edits)
        for step in self.recipe.augment.steps:
            try:
                if isinstance(step, Mixer):
                    other = self._partner(job, copy)
                    content, note, _ = step.mix(content, other[1], rng)
                    parents.append(other[0])
                else:
                    assert isinstance(step, Augmenter)
                    content, note = step.augment(content, rng)
            except _DroppedError:
                raise
            except Exception as error:  # nor one that an augmenter cannot take
                raise _DroppedError(f"{step.name} failed", _told(error)) from None
            if note:
                done.append(f"{step.name}: {note}")
        outcome, data = _made(job, copy, before, self._finished(content), done)
        return replace(outcome, parents=parents, seed=self.recipe.seed), data

    def _partner(self, job: Job, copy: int) -> tuple[str, Content]:
        """Id and content of what a copy is mixed with, cleaned as it is itself."""
        partner = job.partners[copy - 1] if job.partners else None
        if partner is None:
            raise _DroppedError("no other sample of its split and label to mix with")
        # An image that is not cleaned is decoded here, as one that has copies is.
        decoding = replace(partner, copies=2, partners=())
        try:
            return partner.sample.sample_id, self._cleaned(decoding)[1]
        except _DroppedError as error:
            told = f"{partner.sample.path}: " + ": ".join(filter(None, error.args))
            raise _DroppedError("the sample to mix with is lost", told) from None


def dropped(job: Job, copy: int, reason: str, evidence: str = "") -> Outcome:
    """The outcome of what does not come out."""
    return Outcome(job.sample.sample_id, job.sample.path, copy, reason, evidence, dropped=True)


def _made(
    job: Job, copy: int, before: str, content: Content, edits: list[str]
) -> tuple[Outcome, bytes]:
    data = content.data
    assert data is not None
    after = before if content.value is None else _hash(data)  # it was not even decoded
    outcome = Outcome(
        job.sample.sample_id,
        job.sample.path,
        copy,
        job.reason,
        suffix=content.suffix,
        changed=before != after,
        parents=[job.sample.sample_id],
        edits=edits,
        hash_before=before,
        hash_after=after,
    )
    return _with_facts(outcome, job.sample), data


def _with_facts(outcome: Outcome, sample: Sample) -> Outcome:
    outcome.label, outcome.split, outcome.caption = sample.label, sample.split, sample.caption
    outcome.language, outcome.date = sample.language, sample.date
    return outcome


def _size(text: str) -> tuple[int, int]:
    """Words, as the rules count them, and characters of words."""
    block = TextBlock([text])
    starts, ends = block.tokens
    return int(block.is_word.sum()), int((ends - starts)[block.is_word].sum())


def _hash(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def _told(error: Exception, named: bool = True) -> str:
    """What an error says, the same in every process: without addresses, on one line, not long."""
    text = f"{type(error).__name__}: {error}" if named else str(error)
    text = " ".join(_ADDRESS.sub("", text).split())
    return text.encode("utf-8", "replace").decode()[:_LONGEST]
