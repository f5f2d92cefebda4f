"""An open run: lock, warehouse, clients, rules, and the situation that the rules look at. Opened once, kept to the end."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any, TypeVar
from uuid import uuid4

from anyio.from_thread import BlockingPortal, start_blocking_portal

from hsqbo_pipeline.clients.clock import SYSTEM_CLOCK, Clock
from hsqbo_pipeline.clients.pair import Clients
from hsqbo_pipeline.core.decisions import Situation
from hsqbo_pipeline.core.tables import insert
from hsqbo_pipeline.errors import HsqboError, PipelineError
from hsqbo_pipeline.model.names import Entity, System
from hsqbo_pipeline.model.progress import Counted, unwatched
from hsqbo_pipeline.model.rules import Rules
from hsqbo_pipeline.runs.connection import open_clients
from hsqbo_pipeline.runs.logins import connected
from hsqbo_pipeline.runs.request import Request
from hsqbo_pipeline.settings import Settings
from hsqbo_pipeline.store.lock import run_lock
from hsqbo_pipeline.store.warehouse import Warehouse

T = TypeVar("T")


@dataclass
class Night:
    """One run from lock to report. Stages are in `runs.stages`; each takes the night and leaves its traces in the warehouse."""

    settings: Settings
    rules: Rules
    request: Request
    warehouse: Warehouse
    clients: Clients
    portal: BlockingPortal
    run_id: str
    number: int
    started_at: datetime
    progress: Callable[[str, str], None] = lambda _stage, _said: None
    counted: Counted = unwatched
    blocked: dict[tuple[System, str], str] = field(default_factory=dict)  # what could not be read, and so not decided
    stopped: dict[tuple[System, str], str] = field(default_factory=dict)  # what stopped answering while we wrote
    plan_hash: str | None = None
    _situation: Situation | None = None

    @property
    def situation(self) -> Situation:
        """What the rules look at; known once both systems were read."""
        if self._situation is None:
            raise PipelineError("the systems have not been read yet in this run", code="SYS_STATE_UNUSABLE")
        return self._situation

    @situation.setter
    def situation(self, value: Situation) -> None:
        self._situation = value

    @property
    def read_already(self) -> bool:
        """Whether the situation is known."""
        return self._situation is not None

    def refine(self, **changes: Any) -> None:
        """Replace parts of the situation."""
        self.situation = replace(self.situation, **changes)

    def call(self, function: Callable[..., Awaitable[T]], *args: Any) -> T:
        """Run an async stage in the run's own event loop, where the HTTP connections live.

        What tasks at the same time have raised together comes out as one error, as if they had run in turn.
        """
        try:
            return self.portal.call(function, *args)
        except BaseExceptionGroup as group:
            raise _first(group) from group


def _first(group: BaseExceptionGroup[BaseException]) -> BaseException:
    """The error of a group to tell: a bug before what a person can mend."""
    _known, bugs = group.split(HsqboError)
    found: BaseException = bugs or group
    while isinstance(found, BaseExceptionGroup):
        found = found.exceptions[0]
    return found


@contextmanager
def open_night(
    settings: Settings,
    rules: Rules,
    request: Request,
    *,
    progress: Callable[[str, str], None] | None = None,
    counted: Counted = unwatched,
    now: Callable[[], datetime] = lambda: datetime.now(UTC),
    logins: Settings | None = None,
    clock: Clock | None = None,
) -> Iterator[Night]:
    """Take the lock, open state and clients, and enter the run. Raises PipelineError OPS_OTHER_RUN when another run writes.

    `logins` are the settings whose tokens are used, where the run's own folder is another one (a refreshed token must
    be kept where the connection looks for it). `clock` is what the clients wait by.
    """
    settings = connected(settings)
    rules.check_allowed_in(settings.environment)
    started_at = now()
    run_id = f"{started_at:%Y%m%dT%H%M%S}-{uuid4().hex[:6]}"
    with ExitStack() as stack:
        stack.enter_context(run_lock(settings.data, run_id, now=started_at, wait_for=request.wait_for))
        warehouse = stack.enter_context(Warehouse.open(settings.data))
        portal = stack.enter_context(start_blocking_portal())
        clients = stack.enter_context(
            portal.wrap_async_context_manager(open_clients(logins or settings, clock or SYSTEM_CLOCK))
        )
        number = _enter_run(warehouse, rules, request, run_id, started_at)
        night = Night(settings, rules, request, warehouse, clients, portal, run_id, number, started_at, counted=counted)
        if progress is not None:
            night.progress = progress
        yield night


def _enter_run(warehouse: Warehouse, rules: Rules, request: Request, run_id: str, started_at: datetime) -> int:
    found = warehouse.con.execute("SELECT coalesce(max(number), 0) + 1 FROM runs").fetchone()
    number = int(found[0]) if found else 1
    row = {
        "run_id": run_id,
        "number": number,
        "kind": request.kind.value,
        "started_at": started_at,
        "from_day": request.from_day,
        "to_day": request.to_day,
        "apply": request.apply,
        "rules_hash": rules.fingerprint(),
        "rules": rules.model_dump_json(),
    }
    with warehouse.transaction() as con:
        insert(con, "runs", [row])
    return number


def rules_hashes(rules: Rules) -> dict[Entity, str]:
    """The hash of what concerns each entity."""
    return {entity: rules.fingerprint(entity) for entity in Entity}
