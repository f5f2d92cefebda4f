"""The portal's whole state, and the few primitives every rule stands on."""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from hsqbo_pipeline.sandbox.frame.switches import Switches
from hsqbo_pipeline.sandbox.hubspot.account import Account
from hsqbo_pipeline.sandbox.hubspot.definitions import Definition, Definitions
from hsqbo_pipeline.sandbox.hubspot.kinds import KINDS
from hsqbo_pipeline.sandbox.hubspot.links import Links
from hsqbo_pipeline.sandbox.hubspot.records import PERSON, Record, Source
from hsqbo_pipeline.sandbox.hubspot.refusals import RefusalError, not_found
from hsqbo_pipeline.sandbox.hubspot.store import Store
from hsqbo_pipeline.sandbox.hubspot.values import is_digits, to_ms

ADMIN_RULES_SINCE = "2026-09"


class Clock(Protocol):
    """The sandbox clock."""

    def now(self) -> datetime:
        """The current moment, aware, never going back."""


@dataclass(frozen=True, slots=True)
class Actor:
    """Who writes: a person in HubSpot's screens, or a client of the API in some version."""

    source: Source
    person: bool = False
    version: str = "2026-09"

    @property
    def under_admin_rules(self) -> bool:
        """Whether the portal's validation rules are applied to this actor's writes."""
        return not self.person and self.version[:1] == "2" and self.version >= ADMIN_RULES_SINCE


A_PERSON = Actor(PERSON, person=True)
Shelf = dict[tuple[str, int], list[tuple[str, int, tuple[int, ...]]]]


@dataclass
class Crm:
    """Records, associations, definitions and settings of one portal.

    `shelf` keeps the associations of archived records for the day someone restores them. `stale_invoices` are those
    whose amounts a write has put in question; they are worked out anew before the write is answered. Those of
    `loaded_invoices` are worked out before the first request that follows a bulk load.
    """

    clock: Clock
    switches: Switches
    account: Account
    stores: dict[str, Store] = field(default_factory=dict)
    links: Links = field(default_factory=Links)
    shelf: Shelf = field(default_factory=dict)
    blocked_emails: set[str] = field(default_factory=set)
    stale_invoices: set[int] = field(default_factory=set)
    stale_payments: set[int] = field(default_factory=set)
    loaded_invoices: set[int] = field(default_factory=set)
    next_invoice_number: int = 1001
    shuffle: random.Random = field(default_factory=lambda: random.Random(2026))

    def __post_init__(self) -> None:
        for place, kind in enumerate(KINDS.values()):
            # Live ids exceed 32 bits; so do these. No two types share a range, so a mixed-up id is never found.
            self.stores[kind.name] = Store(kind, Definitions(kind.name), 20_000_000_001 + place * 1_000_000_000)

    def now_ms(self) -> int:
        """The sandbox clock in epoch milliseconds."""
        return to_ms(self.clock.now())

    def settles(self, now_ms: int) -> int:
        """From when a search sees a change made now."""
        return now_ms + int(self.switches.hs_search_lag_s * 1000)

    def options(self, definition: Definition) -> set[str]:
        """The values an enumeration takes; the account's own lists for currencies and tax rates."""
        if definition.options_from == "currencies":
            return set(self.account.currencies)
        if definition.options_from == "tax_rates":
            return set(self.account.tax_rates)
        return {each["value"] for each in definition.options}

    def record(self, kind: str, record_id: int | str) -> Record:
        """A live record by id, or by an id merged into it; 404 if there is none."""
        found = self.stores[kind].find(int(record_id)) if is_digits(str(record_id)) else None
        if found is None:
            raise not_found("resource not found")
        return found

    def by_property(self, kind: str, name: str, value: str) -> Record:
        """A live record by a unique property (or a contact's e-mail); 404 if there is none, 400 if not unique."""
        store = self.stores[kind]
        if name not in store.unique:
            definition = store.definitions.get(name)
            code = "is not a unique property" if definition else "does not exist"
            raise RefusalError(400, "VALIDATION_ERROR", f"The property {name} {code}; use one with hasUniqueValue")
        held = store.holder(name, value.strip().lower() if name == "email" else value)
        if held is None:
            raise not_found("resource not found")
        return store.live[held]

    def neighbours(self, kind: str, record_id: int, target: str) -> list[Record]:
        """Live records of one type associated with a record."""
        live = self.stores[target].live
        return [live[each] for each in self.links.labels(kind, record_id, target) if each in live]
