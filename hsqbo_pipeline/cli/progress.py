"""What a person sees while a run goes on: bars with rate and time left on a terminal, a plain line now and then elsewhere."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from time import monotonic

from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, Progress, ProgressColumn, Task, TaskID, TextColumn
from rich.text import Text

from hsqbo_pipeline.cli.printing import err
from hsqbo_pipeline.model.progress import Counted
from hsqbo_pipeline.reports.words import span

_EVERY = 5.0  # seconds between two plain lines about the same thing: a log is read afterwards
_BARS = 6
Said = Callable[[str, str], None]


@dataclass(frozen=True)
class Watch:
    """What a run is given: `said` for sentences, `counted` for how far it has come."""

    said: Said
    counted: Counted


@contextmanager
def watching(console: Console = err) -> Iterator[Watch]:
    """Show a run's progress as long as the block lasts."""
    if not console.is_terminal:
        yield Watch(lambda stage, said: console.print(f"{stage}: {said}", markup=False), Lines(console))
        return
    with Progress(
        TextColumn("{task.description}"), BarColumn(bar_width=24), _Count(),
        console=console, transient=True,
    ) as bars:  # fmt: skip
        yield Watch(lambda stage, said: bars.console.print(escape(f"{stage}: {said}")), Bars(bars))


@dataclass
class Lines:
    """Plain lines: the first when something has gone on for a while, then one every few seconds, and one at its end."""

    console: Console
    now: Callable[[], float] = monotonic
    began: dict[tuple[str, str], float] = field(default_factory=dict)
    told: dict[tuple[str, str], float] = field(default_factory=dict)

    def __call__(self, stage: str, what: str, done: int, total: int | None) -> None:
        """Take a count; say it if it is time."""
        key, now = (stage, what), self.now()
        began = self.began.setdefault(key, now)
        last = self.told.setdefault(key, now)
        if now - last < _EVERY and (done != total or last == began):
            return
        self.told[key] = now
        self.console.print(f"{stage}: {told(what, done, total, now - began)}", markup=False)


def told(what: str, done: int, total: int | None, seconds: float) -> str:
    """`invoices 300 of 1,200, 25 a second, 36 s left`; no pace of less than a second, which tells of the first answer alone."""
    rate = done / seconds if seconds >= 1 else 0.0
    count = f"{what} {done:,}" if total is None else f"{what} {done:,} of {total:,}"
    speed = f", {rate:,.0f} a second" if rate >= 1 else f", {rate * 60:,.0f} a minute" if rate else ""
    left = f", {span((total - done) / rate)} left" if total is not None and rate and done < total else ""
    return f"{count}{speed}{left}"


@dataclass
class Bars:
    """A bar per object of the stage that is going on; the newest few, so that they fit a small window."""

    bars: Progress
    tasks: dict[tuple[str, str], TaskID] = field(default_factory=dict)

    def __call__(self, stage: str, what: str, done: int, total: int | None) -> None:
        """Take a count."""
        key = (stage, what)
        if key not in self.tasks:
            self._make_room(stage)
            self.tasks[key] = self.bars.add_task(escape(f"{stage} {what}"), total=total, seconds=0.0)
        task = self.tasks[key]
        # The pace is that of the last answer: what has ended must not seem to slow down.
        seconds = self.bars.get_time() - (self.bars.tasks[task].start_time or 0.0)
        self.bars.update(task, completed=done, total=total, seconds=seconds)

    def _make_room(self, stage: str) -> None:
        """Other stages' bars go, and of this one's the oldest."""
        mine = [task for key, task in self.tasks.items() if key[0] == stage]
        keep = set(mine[-(_BARS - 1) :])
        for task in self.tasks.values():
            self.bars.update(task, visible=task in keep)


class _Count(ProgressColumn):
    """How many, and how fast."""

    def render(self, task: Task) -> Text:
        """As plain lines say it."""
        total = int(task.total) if task.total else None
        return Text(told("", int(task.completed), total, task.fields["seconds"]).strip())
