"""The rules as a whole: everything `sync.yaml` can say."""

from __future__ import annotations

import difflib
import hashlib
import zoneinfo
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any, Literal
from zoneinfo import ZoneInfo

import orjson
from pydantic import Field, field_validator

from hsqbo_pipeline.errors import ConfigurationError
from hsqbo_pipeline.model.names import Entity, System
from hsqbo_pipeline.model.rules.documents import Fees, Invoices, Payments, Tax
from hsqbo_pipeline.model.rules.filters import RECOMMENDED_CONTACTS, Groups, at_start
from hsqbo_pipeline.model.rules.guards import Closing, Limits, Pause, Reconciliation
from hsqbo_pipeline.model.rules.masters import Customers, Products
from hsqbo_pipeline.model.rules.words import Count, ObjectRules, Section


class Mode(StrEnum):
    """What a run may do with its plan."""

    OBSERVE = "observe"  # plan and report; write nothing at all
    ASK = "ask"  # each plan waits for approval
    AUTOMATIC = "automatic"  # within the limits, go ahead


class Rules(Section):
    """What a person decided about one connection."""

    version: Literal[1] = 1
    timezone: str = Field(description="the company's time zone, such as America/New_York: it decides what a day is")
    mode: Mode | None = Field(None, description="not said: automatic in the sandbox, observe everywhere else")
    start: datetime | None = Field(
        None,
        description="invoices made before are left alone; without offset in `timezone`; not said: first run's midnight",
    )
    first_link: Literal["fill_blanks", "winner"] = Field(
        "fill_blanks",
        description="fields that differ when a pair is first linked: fill blanks only, or the winner's value",
    )
    other_sync: Literal["block", "accept"] = Field("block", description="when another sync writes the same pairs")
    customers: Customers = Customers()
    products: Products = Products()
    invoices: Invoices = Invoices()
    payments: Payments = Payments()
    tax: Tax = Tax()
    fees: Fees = Fees()
    limits: Limits = Limits()
    red_above: Count = Field(None, description="so many new failing records make a run red; off: they never do")
    reconciliation: Reconciliation = Reconciliation()
    closing: Closing = Closing()
    pauses: tuple[Pause, ...] = ()

    @field_validator("timezone")
    @classmethod
    def _known_zone(cls, name: str) -> str:
        try:
            ZoneInfo(name)
        except (zoneinfo.ZoneInfoNotFoundError, ValueError, OSError):
            near = difflib.get_close_matches(name, zoneinfo.available_timezones(), 3)
            raise ValueError(
                "no such time zone; "
                + (f"did you mean {' or '.join(near)}?" if near else "use a name like Europe/Oslo")
            ) from None
        return name

    @property
    def zone(self) -> ZoneInfo:
        """The company's time zone."""
        return ZoneInfo(self.timezone)

    @property
    def start_utc(self) -> datetime | None:
        """The moment `start` means; None where the rules leave it to the first run."""
        if self.start is None:
            return None
        aware = self.start if self.start.tzinfo else self.start.replace(tzinfo=self.zone)
        return aware.astimezone(UTC)

    def started(self, moment: datetime) -> Rules:
        """These rules with the start that the first run froze; a start said in the file stands."""
        return self if self.start is not None else self.model_copy(update={"start": moment})

    def mode_in(self, environment: str) -> Mode:
        """The mode for 'sandbox', 'development' or 'production'."""
        return self.mode or (Mode.AUTOMATIC if environment == "sandbox" else Mode.OBSERVE)

    def check_allowed_in(self, environment: str) -> None:
        """Raises ConfigurationError for what the rules may say in the sandbox only: no limits at all."""
        if environment != "sandbox" and not self.limits.enabled:
            said = (
                "all limits may be off in the sandbox only; elsewhere raise single ones, or set them to off one by one"
            )
            raise ConfigurationError(f"limits: {said}", field="limits", value="off")

    def of(self, entity: Entity) -> ObjectRules:
        """The section of an entity."""
        section: ObjectRules = getattr(self, f"{entity.value}s")
        return section

    def filter_groups(self, entity: Entity, source: System) -> Groups:
        """The conditions a record of `source` must meet to be written to the other side; no groups: every record does.

        The fixed rules (start, status, source and owner of an invoice) are not in here: no filter switches them off.
        """
        if entity is Entity.PAYMENT:
            return ()
        chosen = getattr(self.of(entity), f"{source.value}_to_{source.other.value}_filter")
        groups: Groups = chosen.groups
        if chosen.preset == "recommended" and (entity, source) == (Entity.CUSTOMER, System.HUBSPOT):
            groups = RECOMMENDED_CONTACTS
        return at_start(groups, self.start_utc)

    def fingerprint(self, entity: Entity | None = None) -> str:
        """A hash of the rules that concern an entity; when it changes, all its records are looked at again.

        Without an entity, of all the rules. Mode and limits decide when something is written, not what: they concern no
        record.
        """
        said: dict[str, Any] = self.model_dump(mode="json")
        if entity is not None:
            said = {name: said[name] for name in ("version", "timezone", "start", "first_link", *_CONCERNS[entity])}
            own = [pause for pause in self.model_dump(mode="json")["pauses"] if pause["object"] == entity.value]
            said["pauses"] = own
        return hashlib.sha256(orjson.dumps(said, option=orjson.OPT_SORT_KEYS)).hexdigest()[:16]


# An invoice goes with its customer and its items, a payment with its invoice: their rules concern it too.
_CONCERNS = {
    Entity.CUSTOMER: ("customers",),
    Entity.PRODUCT: ("products",),
    Entity.INVOICE: ("invoices", "tax", "closing", "customers", "products"),
    Entity.PAYMENT: ("payments", "invoices", "closing", "fees"),
}
