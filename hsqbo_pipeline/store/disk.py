"""What DuckDB or the system says about a file, turned into what a person can do about it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import duckdb

from hsqbo_pipeline.errors import ConfigurationError, HsqboError, PipelineError

# A quota, or a limit on the size of a file, is a disk that is full for us alone.
_FULL = (
    "no space",
    "disk full",
    "not enough disk",
    "max_temp_directory_size",
    "quota exceeded",
    "file too large",
)


@contextmanager
def explained(path: Path) -> Iterator[None]:
    """Raise PipelineError (disk full, file open elsewhere or damaged) or ConfigurationError (no right, no file) instead of
    the system's words. `path` is named where the system does not name a file itself; other errors pass through.
    """
    try:
        yield
    except OSError as error:
        named = Path(error.filename) if isinstance(error.filename, str) else path
        known = _explanation(named, str(error))
        if known is None:
            raise
        raise known from error
    except duckdb.TransactionException as error:
        known = _explanation(path, str(error))  # a COMMIT that found no room; the others are bugs
        if known is None:
            raise
        raise known from error
    except (
        duckdb.IOException,
        duckdb.FatalException,
        duckdb.SerializationException,
        duckdb.OutOfMemoryException,
    ) as error:
        raise _explanation(path, str(error)) or _damaged(path, str(error)) from error


def _explanation(path: Path, said: str) -> HsqboError | None:
    text = said.lower()
    if "conflicting lock" in text:
        found = re.search(r"PID (\d+)", said)
        holder = f"process {found[1]}" if found else None
        advice = f"the file is open in {holder or 'another program'}; close that, or wait for it, and run again."
        return PipelineError(f"{path}: {advice}", code="OPS_OTHER_RUN", holder=holder)
    if any(word in text for word in _FULL):
        advice = "the disk is full; nothing of this step was kept. Make room and run again."
        return PipelineError(f"{path}: {advice}", code="SYS_DISK_FULL")
    if "permission denied" in text or "read-only file system" in text:
        advice = "the file or its folder may not be written; give the user who runs hsqbo write access."
        return ConfigurationError(f"{path}: {advice}", file=str(path))
    if "does not exist" in text or "no such file" in text:
        return ConfigurationError(f"{path}: there is no state yet; run `hsqbo sync` once.", file=str(path))
    return None


def _damaged(path: Path, said: str) -> PipelineError:
    return PipelineError(
        f"{path}: the file is damaged or cannot be read ({said.splitlines()[0][:200]}). Put it aside and restore a "
        "backup; without one run `hsqbo rebuild`, which finds the links again by the marks in both systems.",
        code="SYS_STATE_UNUSABLE",
    )
