"""The run lock: one writing run per connection, held by the operating system so that a dead process never keeps it.

The file `run.lock` names its holder for people; the lock itself is the kernel's (`flock`) and is gone with the process,
however that ended. What a dead run left in the file tells the next one that it follows a crash.
"""

from __future__ import annotations

import fcntl
import json
import os
import socket
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path

from hsqbo_pipeline.errors import PipelineError
from hsqbo_pipeline.store.disk import explained

FILE_NAME = "run.lock"
_POLL = 1.0  # seconds between two looks at a held lock


@dataclass(frozen=True)
class Holder:
    """Who holds, or held, the lock. `since` is ISO 8601, UTC."""

    pid: int
    host: str
    run: str
    since: str

    def sentence(self) -> str:
        """For people."""
        return f"run {self.run}, process {self.pid} on {self.host}, since {self.since}"


@contextmanager
def run_lock(
    data: Path, run: str, *, now: datetime, wait_for: float = 0.0, sleep: Callable[[float], None] = time.sleep
) -> Iterator[Holder | None]:
    """Hold `data/run.lock` during the block; yields who died holding it, None after an orderly end.

    A lock that another run holds is waited for up to `wait_for` seconds. Then raises PipelineError OPS_OTHER_RUN, which
    names the holder; ConfigurationError or PipelineError where the folder may not be written or the disk is full.
    """
    with explained(data / FILE_NAME):
        data.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(data / FILE_NAME, os.O_RDWR | os.O_CREAT, 0o644)
    try:
        _acquire(descriptor, wait_for, sleep)
        died = _read(descriptor)
        with explained(data / FILE_NAME):
            _write(descriptor, Holder(os.getpid(), socket.gethostname(), run, now.isoformat(timespec="seconds")))
        try:
            yield died
        finally:
            os.ftruncate(descriptor, 0)
    finally:
        os.close(descriptor)


def holder(data: Path) -> Holder | None:
    """Who is writing now; None if nobody is."""
    try:
        descriptor = os.open(data / FILE_NAME, os.O_RDWR)
    except FileNotFoundError:
        return None
    try:
        return None if _try(descriptor) else _read(descriptor)
    finally:
        os.close(descriptor)


def _acquire(descriptor: int, wait_for: float, sleep: Callable[[float], None]) -> None:
    waited = 0.0
    while not _try(descriptor):
        if waited >= wait_for:
            found = _read(descriptor)
            who = found.sentence() if found else "another run"
            after = f" after waiting {waited:.0f} s" if waited else ""
            said = f"Another run is writing{after}: {who}. Wait for it to end, then run again."
            raise PipelineError(said, code="OPS_OTHER_RUN", holder=found.run if found else None)
        pause = min(_POLL, wait_for - waited)
        sleep(pause)
        waited += pause


def _try(descriptor: int) -> bool:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _read(descriptor: int) -> Holder | None:
    text = os.pread(descriptor, 4096, 0)
    try:
        return Holder(**json.loads(text))
    except (ValueError, TypeError):
        return None


def _write(descriptor: int, held_by: Holder) -> None:
    os.ftruncate(descriptor, 0)
    os.pwrite(descriptor, json.dumps(asdict(held_by)).encode(), 0)
    os.fsync(descriptor)
