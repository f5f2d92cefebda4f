"""The open run as a Dagster resource: opened at the first asset that needs it, closed with the run.

Belongs here: opening and closing. What a stage does is in `hsqbo_pipeline.runs`.
"""

from collections.abc import Generator
from contextlib import ExitStack, contextmanager
from typing import Any

import dagster as dg

from hsqbo_pipeline.errors import HsqboError
from hsqbo_pipeline.model.rules import load as load_rules
from hsqbo_pipeline.runs.ending import Ended
from hsqbo_pipeline.runs.night import Night, open_night
from hsqbo_pipeline.runs.request import Kind, Request
from hsqbo_pipeline.settings import load as load_settings


class LazyNight:
    """One run's night, opened when it is first asked for: Dagster makes resources more often than it runs steps."""

    def __init__(self, request: Request) -> None:
        """Remember what the run is asked to do."""
        self.request = request
        self.failure: HsqboError | None = None
        self.ended: Ended | None = None
        self._night: Night | None = None
        self._stack = ExitStack()

    def get(self) -> Night:
        """The open night. Raises the error that opening it met, each time it is asked."""
        if self.failure is not None:
            raise self.failure
        if self._night is None:
            try:
                settings = load_settings()
                rules = load_rules(settings.rules)
                self._night = self._stack.enter_context(open_night(settings, rules, self.request))
            except HsqboError as error:
                self.failure = error
                raise
        return self._night

    def close(self) -> None:
        """Let go of lock, warehouse and connections."""
        self._stack.close()


class NightResource(dg.ConfigurableResource[LazyNight]):
    """What a run is asked to do; the launchpad shows these fields."""

    kind: str = Kind.NIGHTLY.value
    apply: bool = True
    approve: str = ""
    approved_by: str = "Dagster"
    why: str = ""
    wait_for_seconds: float = 0.0

    @contextmanager
    def yield_for_execution(self, context: dg.InitResourceContext) -> Generator[LazyNight, None, None]:  # noqa: ARG002
        """One night per run and process."""
        night = self.create()
        try:
            yield night
        finally:
            night.close()

    def create(self) -> LazyNight:
        """A night that is not open yet."""
        return LazyNight(self.request())

    def request(self, **changes: Any) -> Request:
        """The request these fields make."""
        fields: dict[str, Any] = {
            "kind": Kind(self.kind),
            "apply": self.apply,
            "approve": self.approve or None,
            "approved_by": self.approved_by,
            "why": self.why or None,
            "wait_for": self.wait_for_seconds,
        }
        return Request(**(fields | changes))
