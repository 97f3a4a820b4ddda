"""The errors of datakit. Every message says what was given, what was expected, and what to do.

DatakitError
├── InputError          the caller gave something that cannot be used: exit code 2
│   ├── CorpusError     a corpus that cannot be opened or listed
│   └── ProfileError    a profile that cannot be read, written or merged
├── GateFailed          data that does not meet a suite: exit code 1, or 3 where it was not judged
├── MissingExtraError   an optional package is needed: exit code 2
└── WorkerError         the workers could not do their work at all: exit code 3
    └── WorkerKilledError the system killed one again and again, mostly for want of memory
"""

from __future__ import annotations

from typing import Any

__all__ = [
    "CorpusError",
    "DatakitError",
    "GateFailed",
    "InputError",
    "MissingExtraError",
    "ProfileError",
    "WorkerError",
    "WorkerKilledError",
]


class DatakitError(Exception):
    """Base of every error that datakit raises on purpose."""

    exit_code = 3


class InputError(DatakitError):
    """What was given cannot be used; the message says what would be."""

    exit_code = 2


class CorpusError(InputError):
    """A corpus that cannot be opened or listed."""


class ProfileError(InputError):
    """A profile that cannot be read, written or merged."""


class GateFailed(DatakitError):  # noqa: N818 (the name that users catch)
    """The data does not meet a suite.

    Parameters
    ----------
    message
        Names the rules and the first samples.
    decision
        The `Decision`, with everything.
    """

    def __init__(self, message: str, decision: Any) -> None:
        super().__init__(message)
        self.decision = decision
        self.exit_code = decision.exit_code


class MissingExtraError(InputError):
    """An optional package is not installed."""

    def __init__(self, package: str, needed_for: str, extra: str) -> None:
        super().__init__(
            f"{needed_for} needs the package '{package}', which is not installed: "
            f"pip install 'datakit[{extra}]'"
        )


class WorkerError(DatakitError):
    """Workers that cannot start or that fail on every shard."""


class WorkerKilledError(WorkerError):
    """A worker process was killed (SIGKILL) twice at one piece of work."""
