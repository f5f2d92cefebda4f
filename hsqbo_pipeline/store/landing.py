"""Raw answers on disk: what the APIs said, as they said it, one response per line, compressed, never changed.

`landing/<run>/<system>/<object>/<number>.ndjson.zst`; each line is `{"at": …, "request_id": …, "page": <the answer>}`.
The mirror is made from the same answers; landing is what a person goes back to when a figure is doubted.
"""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from decimal import Decimal
from json import loads
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import orjson
import pyarrow as pa

FOLDER = "landing"
_SUFFIX = ".ndjson.zst"
_PART = ".part"
_UNSAFE = re.compile(r"[^A-Za-z0-9_.-]")


@dataclass(frozen=True)
class Landed:
    """One answer read back."""

    run: str
    at: datetime
    request_id: str | None
    page: Any


class Landing:
    """Where one run puts its answers."""

    def __init__(self, data: Path, run_id: str) -> None:
        """Nothing is made on disk before the first page."""
        self.folder = data / FOLDER / _UNSAFE.sub("_", run_id)

    def pages(self, system: str, name: str) -> PageFile:
        """A new file for pages of one object (use it as a context manager)."""
        folder = self.folder / system / _UNSAFE.sub("_", name)
        return PageFile(folder)


class PageFile:
    """A file being written. It gets its name when the block ends, so a file that has a name is whole."""

    def __init__(self, folder: Path) -> None:
        """The file is opened with its first page."""
        self._folder = folder
        self._stream: Any = None
        self._part: Path | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, exc: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Also after an error the pages that did arrive are kept: they were answers."""
        self.close()

    def write(self, page: bytes, at: datetime, request_id: str | None) -> None:
        """Append one answer. A line break can only stand between JSON tokens, so it may become a blank."""
        if self._stream is None:
            self._open()
        head = orjson.dumps({"at": at, "request_id": request_id})[:-1]
        self._stream.write(b'%s,"page":%s}\n' % (head, page.replace(b"\r", b" ").replace(b"\n", b" ")))

    def close(self) -> None:
        """Give the file its name."""
        if self._stream is None or self._part is None:
            return
        self._stream.close()
        self._part.rename(self._part.with_suffix(""))
        self._stream = self._part = None

    def _open(self) -> None:
        self._folder.mkdir(parents=True, exist_ok=True)
        number = sum(1 for _ in self._folder.iterdir()) + 1
        self._part = self._folder / f"{number:04d}{_SUFFIX}{_PART}"
        self._stream = pa.CompressedOutputStream(str(self._part), "zstd")


def read_back(data: Path, system: str, name: str, *, mentions: str | None = None) -> Iterator[Landed]:
    """Every kept answer about one object, oldest run first; amounts are Decimal.

    With `mentions`, only answers in which that text stands (a record's id). A file cut short by a crash has no name yet
    and is not read.
    """
    for file in _files(data, system, name):
        run = file.parents[2].name
        for line in _lines(file):
            if mentions is None or mentions.encode() in line:
                found = loads(line, parse_float=Decimal)
                yield Landed(run, datetime.fromisoformat(found["at"]), found["request_id"], found["page"])


def answers_about(data: Path, system: str, name: str, record: str) -> Iterator[Landed]:
    """What each kept answer said of one record, oldest run first: the record as it came, cut out of its page."""
    for landed in read_back(data, system, name, mentions=record):
        for found in _records(landed.page, record):
            yield replace(landed, page=found)


def _records(page: Any, record: str) -> Iterator[Any]:
    """The objects of an answer that carry a record's id; what lies inside one of them belongs to it."""
    if isinstance(page, dict):
        if record in (page.get("id"), page.get("Id")):
            yield page
            return
        page = list(page.values())
    if isinstance(page, list):
        for part in page:
            yield from _records(part, record)


def _files(data: Path, system: str, name: str) -> list[Path]:
    found = (data / FOLDER).glob(f"*/{system}/{_UNSAFE.sub('_', name)}/*{_SUFFIX}")
    return sorted(found, key=lambda file: (file.stat().st_mtime_ns, str(file)))


def _lines(file: Path) -> Iterator[bytes]:
    with pa.CompressedInputStream(str(file), "zstd") as stream:
        rest = b""
        while block := stream.read(2**20):
            *lines, rest = (rest + block).split(b"\n")
            yield from lines


def keep(data: Path, days: int, now: datetime) -> int:
    """Delete the landing of runs that ended more than `days` ago; how many were deleted."""
    oldest = (now - timedelta(days=days)).timestamp()
    folder = data / FOLDER
    old = [run for run in folder.iterdir() if _last_written(run) < oldest] if folder.is_dir() else []
    for run in old:
        shutil.rmtree(run)
    return len(old)


def forget(data: Path, system: str, name: str, record_id: str) -> int:
    """Delete every kept answer that mentions a record (a person's right to be forgotten); how many files went."""
    quoted = f'"{record_id}"'.encode()
    files = [file for file in _files(data, system, name) if any(quoted in line for line in _lines(file))]
    for file in files:
        file.unlink()
    return len(files)


def _last_written(run: Path) -> float:
    return max((path.stat().st_mtime for path in (run, *run.rglob("*"))), default=0.0)
