"""Too little memory, told in one line."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator

from datakit.errors import InputError, WorkerKilledError

__all__ = ["memory_errors"]

# torch tells a CPU allocation that failed by words only.
_WORDS = ("out of memory", "can't allocate memory", "not enough memory")


@contextlib.contextmanager
def memory_errors(what: str, advice: str) -> Iterator[None]:
    """Turn an allocation that failed, of numpy, torch or Python, into an `InputError`.

    So is a worker that the system killed again and again, as Linux does where memory runs out.

    Parameters
    ----------
    what
        What was being done, such as "train flow".
    advice
        What to give instead.

    Raises
    ------
    InputError
        "not enough memory to {what}: {advice}". Other errors pass.
    """
    try:
        yield
    except WorkerKilledError as error:
        raise InputError(
            f"not enough memory to {what} (the system killed a worker twice): {advice}"
        ) from error
    except (MemoryError, RuntimeError) as error:
        if isinstance(error, MemoryError) or any(w in str(error).lower() for w in _WORDS):
            raise InputError(f"not enough memory to {what}: {advice}") from error
        raise
