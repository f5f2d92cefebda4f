"""The open run as a Dagster resource: opened at the first asset that needs it, closed with the run.

Belongs here: opening and closing. What a stage does is in `hsqbo_pipeline.runs`, in which order in `defs.steps`.
"""

from collections.abc import Generator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from datetime import date
from typing import TYPE_CHECKING, Any

import dagster as dg

from hsqbo_pipeline.errors import ConfigurationError, HsqboError
from hsqbo_pipeline.runs.request import Kind, Request
from hsqbo_pipeline.settings import load as load_settings

if TYPE_CHECKING:
    from hsqbo_pipeline.runs.ending import Ended
    from hsqbo_pipeline.runs.night import Night

BACKFILL_TAG = "dagster/backfill"


@dataclass(frozen=True)
class Done:
    """A step that was carried out: what it answered, and how long it took in seconds."""

    answer: Any
    seconds: float


class LazyNight:
    """One run's night, opened when it is first asked for: Dagster makes resources more often than it runs steps.

    `done` holds the steps this run has been through; `failure` is the first thing that went wrong outside our code and
    concerns the whole run (a held lock, a wrong setting, a full disk): nothing is tried after it.
    """

    def __init__(self, request: Request, failure: HsqboError | None = None) -> None:
        """Remember what the run is asked to do, or why it can't be done."""
        self.request = request
        self.failure = failure
        self.ended: Ended | None = None
        self.done: dict[str, Done] = {}
        self._night: Night | None = None
        self._stack = ExitStack()

    def get(self) -> "Night":
        """The open night. Raises the error that ended it, each time it is asked."""
        if self.failure is not None:
            raise self.failure
        if self._night is None:
            self._night = self._stack.enter_context(_open(self.request))
        return self._night

    def look_at(self, first: date | None, last: date | None) -> None:
        """Ask for the books of some days. Only before anything was opened: the days are part of the run's record."""
        assert self._night is None, "the books are chosen before the run begins"
        self.request = replace(self.request, kind=Kind.BACKFILL, from_day=first, to_day=last)

    def close(self) -> None:
        """Let go of lock, warehouse and connections."""
        self._stack.close()


@contextmanager
def _open(request: Request) -> Generator["Night", None, None]:
    from hsqbo_pipeline.model.rules import load as load_rules
    from hsqbo_pipeline.runs.night import open_night

    def progress(stage: str, said: str) -> None:
        dg.get_dagster_logger("hsqbo").info(f"{stage}: {said}")

    settings = load_settings()
    with open_night(settings, load_rules(settings.rules), request, progress=progress) as night:
        yield night


class NightResource(dg.ConfigurableResource[LazyNight]):
    """What a run is asked to do; the launchpad shows these fields.

    `from_day` and `to_day` (YYYY-MM-DD, both included) name books to be looked at again. `approve` is a plan's hash, or
    `auto` for the run's own plan. `wait_for_seconds` is how long another run is waited for.
    """

    kind: str = Kind.NIGHTLY.value
    apply: bool = True
    approve: str = ""
    approved_by: str = "Dagster"
    why: str = ""
    from_day: str = ""
    to_day: str = ""
    wait_for_seconds: float = 0.0

    @contextmanager
    def yield_for_execution(self, context: dg.InitResourceContext) -> Generator[LazyNight, None, None]:
        """One night per run and process."""
        try:
            night = LazyNight(self._request_in(context.run.tags if context.run else {}))
        except ConfigurationError as error:
            night = LazyNight(Request(), error)
        try:
            yield night
        finally:
            night.close()

    def request(self) -> Request:
        """The request these fields make. Raises ConfigurationError naming the field that is wrong."""
        return Request(
            kind=self._kind(),
            from_day=_day("from_day", self.from_day),
            to_day=_day("to_day", self.to_day),
            apply=self.apply,
            approve=self.approve or None,
            approved_by=self.approved_by,
            why=self.why or None,
            wait_for=self.wait_for_seconds,
        )

    def _request_in(self, tags: Mapping[str, str]) -> Request:
        request = self.request()
        if BACKFILL_TAG in tags and request.kind is Kind.NIGHTLY:
            # The second half of a backfill started in the asset graph: the first half has marked the days.
            return replace(request, kind=Kind.BACKFILL)
        return request

    def _kind(self) -> Kind:
        try:
            kind = Kind(self.kind)
        except ValueError:
            words = ", ".join(each.value for each in Kind)
            said = f"resources: night: config: kind: must be one of {words}"
            raise ConfigurationError(said, field="kind", value=self.kind) from None
        if kind is Kind.APPLY_PLAN and not self.approve:
            said = (
                "resources: night: config: approve: paste the hash of the plan to apply; the asset sync_plan shows it"
            )
            raise ConfigurationError(said, field="approve")
        return kind


def _day(field: str, text: str) -> date | None:
    if not text:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        said = f"resources: night: config: {field}: must be a date like 2026-11-30"
        raise ConfigurationError(said, field=field, value=text) from None
