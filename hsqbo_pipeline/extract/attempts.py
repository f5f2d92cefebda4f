"""One object's read as a fact: what goes wrong outside our code is noted, and the other objects are read on."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from hsqbo_pipeline.clients.pages import Page
from hsqbo_pipeline.errors import HsqboError
from hsqbo_pipeline.model.progress import Counted, unwatched
from hsqbo_pipeline.store import reads
from hsqbo_pipeline.store.disk import explained
from hsqbo_pipeline.store.landing import Landing, PageFile

if TYPE_CHECKING:
    from hsqbo_pipeline.store.warehouse import Warehouse


@dataclass
class Attempt:
    """The read of one object as it goes: its pages are landed and counted, its first answer tells the system's time."""

    system: str
    name: str
    file: PageFile
    counted: Counted = unwatched
    requests: int = 0
    records: int = 0
    began: datetime | None = None
    notes: list[tuple[str, str]] = field(default_factory=list)

    def take(self, page: Page) -> Page:
        """Land a page; gives it back."""
        self.landed(page.raw, page.time, page.request_id)
        self.records += len(page.records)
        self.counted("read", f"{self.system} {self.name}", self.records, None)
        return page

    def landed(self, raw: bytes, at: datetime, request_id: str | None) -> None:
        """Land an answer that is no page of records."""
        self.began = self.began or at
        self.requests += 1
        self.file.write(raw, at, request_id)

    @property
    def now(self) -> datetime:
        """The system's own time when the read began. Raises LookupError before the first answer."""
        if self.began is None:
            raise LookupError(f"{self.system} {self.name}: nothing was read yet")
        return self.began


async def attempt(
    warehouse: Warehouse,
    run_id: str,
    system: str,
    name: str,
    work: Callable[[Attempt], Awaitable[None]],
    *,
    covers: tuple[str, ...] = (),
    counted: Counted = unwatched,
) -> None:
    """Do the read of an object; a failure outside our code becomes its row in `reads`. Bugs are raised.

    `work` notes its own success, in the transaction that merges what it read. `covers` are the objects that fail along,
    where one request answers for several.
    """
    file = Landing(warehouse.data, run_id).pages(system, name)
    going = Attempt(system, name, file, counted)
    try:
        # A file of answers that cannot be finished for want of room is one more read that failed.
        with explained(warehouse.data), file:
            await work(going)
    except HsqboError as error:
        for each in covers or (name,):
            note_failure(warehouse, run_id, going, error, name=each)


def note_failure(
    warehouse: Warehouse, run_id: str, going: Attempt, error: HsqboError, *, name: str | None = None
) -> None:
    """Say that an object could not be read, and why. `name` is another object that was to be read along."""
    with warehouse.transaction() as con:
        reads.record(
            con,
            run_id,
            going.system,
            name or going.name,
            complete=False,
            read_at=going.began or datetime.now(UTC),
            records=going.records,
            requests=going.requests,
            code=error.code,
            detail=str(error),
        )
