"""What every part of the writer shares for the length of one call: the warehouse, both clients, and what has stopped."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from hsqbo_pipeline.clients.pair import Clients
from hsqbo_pipeline.core.decisions import Situation
from hsqbo_pipeline.errors import HsqboError
from hsqbo_pipeline.model.names import Entity, System
from hsqbo_pipeline.model.operations import LinkedId, Step, StepAction
from hsqbo_pipeline.model.progress import Counted, unwatched
from hsqbo_pipeline.store import links

if TYPE_CHECKING:
    from hsqbo_pipeline.store.warehouse import Warehouse

Progress = Callable[[str, str], None]
Key = tuple[Entity, System, str]
TAX = "TAX_RECALCULATED"
_SCOPES = "AUTH_MISSING_SCOPES"


def _utc_now() -> datetime:
    return datetime.now(UTC)


@dataclass
class Run:
    """One call of the writer. `stopped` names the systems that take no more writes in this call, with the code why;
    `closed` the objects of a system that our login may not write.

    `unique` holds (HubSpot object, property) pairs whose values are unique in this portal; `now` is our own clock,
    which is compared with nothing but itself.
    """

    warehouse: Warehouse
    clients: Clients
    situation: Situation
    progress: Progress = lambda _stage, _said: None
    now: Callable[[], datetime] = _utc_now
    stopped: dict[System, str] = field(default_factory=dict)
    closed: dict[tuple[System, str], str] = field(default_factory=dict)
    labels: dict[Key, str] = field(default_factory=dict)
    unique: set[tuple[str, str]] = field(default_factory=set)
    partners: dict[Key, str] = field(default_factory=dict)
    tax_recalculated: bool = False
    counted: Counted = unwatched
    wave: str = ""
    sent: int = 0  # requests of the wave that were answered, batch members counted one by one
    wanted: int = 0

    def __post_init__(self) -> None:
        """What the portal's settings said about unique marks; e-mails of contacts always are."""
        self.unique |= {(name, "qbo_id") for name in self.situation.portal.unique_marks}
        self.unique.add(("contacts", "email"))

    def begin(self, wave: str, requests: int) -> None:
        """Count from here on towards so many requests of a wave."""
        self.wave, self.sent, self.wanted = wave, 0, requests
        self.counted("write", wave, 0, requests)

    def answered(self, requests: int) -> None:
        """So many more of them have their answer."""
        self.sent += requests
        self.counted("write", self.wave, self.sent, max(self.sent, self.wanted))

    def stop(self, system: System, code: str) -> None:
        """Send nothing more to `system` in this call. The first reason is kept."""
        self.stopped.setdefault(system, code)

    def stop_for(self, error: HsqboError, system: System, object_: str) -> None:
        """Send nothing more to a system after this error; a scope that is missing closes the one object alone."""
        if error.code == _SCOPES:
            self.closed.setdefault((system, object_), error.code)
        else:
            self.stop(system, error.code)

    def held(self, step: Step) -> str | None:
        """Why such a step must not go out any more; None if it may.

        A tax that QuickBooks worked out anew stops changes of invoices there, and nothing else.
        """
        if step.system in self.stopped or (step.system, step.object) in self.closed:
            return self.stopped.get(step.system) or self.closed[step.system, step.object]
        changes_invoice = (step.object, step.action) == ("Invoice", StepAction.UPDATE)
        return TAX if self.tax_recalculated and changes_invoice else None

    def probe(self, system: System) -> Any:
        """Ask a system for a sign of life (to be awaited). Raises what stands in the way."""
        client = self.clients.hubspot if system is System.HUBSPOT else self.clients.quickbooks
        return client.probe()

    def know_partners(self, wanted: Iterable[Key]) -> None:
        """Look up in the link table the ids that references will ask for: (entity, system, id on the other one)."""
        asked: dict[tuple[Entity, System], list[str]] = {}
        for entity, system, of in wanted:
            if (entity, system, of) not in self.partners:
                asked.setdefault((entity, system), []).append(of)
        for (entity, system), ids in asked.items():
            found = links.partners(self.warehouse.con, entity, system.other, ids)
            self.partners.update({(entity, system, of): partner for of, partner in found.items()})

    def remember_link(self, row: Mapping[str, Any]) -> None:
        """A link this run has made: later references find it."""
        entity = Entity(row["entity"])
        self.partners[entity, System.QUICKBOOKS, str(row["hubspot_id"])] = str(row["quickbooks_id"])
        self.partners[entity, System.HUBSPOT, str(row["quickbooks_id"])] = str(row["hubspot_id"])

    def partner(self, wanted: LinkedId) -> str | None:
        """The id a reference stands for; None if there is no such link (yet)."""
        return self.partners.get((wanted.entity, wanted.system, wanted.of))
