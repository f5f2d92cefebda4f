"""What the rules say of one record (or pair): a code, the operations it takes, and what both sides are then agreed on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from hsqbo_pipeline.model.names import Entity, System
from hsqbo_pipeline.model.operations import Operation
from hsqbo_pipeline.model.rules import Rules


@dataclass(frozen=True)
class Reason:
    """A further thing to say about a record beside its primary code."""

    code: str
    slots: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Verdict:
    """One record's (or pair's) end of the run, before apply.

    `code` is the primary code (`OPS_UNCHANGED` where all is well: the state's detail then follows from the operations).
    `settle` holds the canonical values of both sides as evaluated; a baseline is made from them once every operation is
    done; None leaves the old baseline (a record that stands still). `covers` lists the due rows answered.
    """

    entity: Entity
    hubspot_id: str | None
    quickbooks_id: str | None
    code: str
    slots: Mapping[str, Any] = field(default_factory=dict)
    reasons: tuple[Reason, ...] = ()
    candidates: tuple[Mapping[str, Any], ...] = ()
    operations: tuple[Operation, ...] = ()
    settle: Mapping[str, Mapping[str, str | None]] | None = None
    covers: tuple[tuple[System, str], ...] = ()
    label: str | None = None
    amount: Decimal | None = None
    currency: str | None = None
    business_day: date | None = None
    source_system: System | None = None

    @property
    def record_key(self) -> str:
        """The name of the row in every report."""
        return f"{self.entity.value}:{self.hubspot_id or '-'}:{self.quickbooks_id or '-'}"


@dataclass(frozen=True)
class Company:
    """What the QuickBooks company's own settings say (from CompanyInfo, Preferences and its small lists)."""

    realm: str
    name: str
    country: str
    home_currency: str | None
    multi_currency: bool
    closed_until: date | None
    fiscal_year_start_month: int
    uses_sales_tax: bool
    automated_sales_tax: bool
    custom_numbers: bool
    auto_apply_credit: bool
    allow_discount: bool
    allow_shipping: bool
    allow_deposit: bool
    allow_service_date: bool
    revenue_recognition: bool
    class_per_txn: bool
    class_per_line: bool
    track_departments: bool
    discount_account: str | None
    custom_fields: Mapping[str, str]  # DefinitionId -> name
    subscription: str = ""  # Intuit's own word (SUBSCRIBED, EXPIRED …), '' where it says none


@dataclass(frozen=True)
class Portal:
    """What the HubSpot portal's own settings say."""

    portal_id: str
    currencies: tuple[str, ...]  # the company currency first
    time_zone: str
    tax_rates: Mapping[str, Mapping[str, Any]]  # id -> {"percent": Decimal, "name": ...}
    unique_marks: frozenset[str]  # objects whose qbo_id property is unique there
    ui_domain: str = "app.hubspot.com"  # where its people open it; app-eu1.hubspot.com and others by region


@dataclass(frozen=True)
class Situation:
    """Everything a rule may look at beside the records themselves."""

    run_id: str
    run_number: int
    rules: Rules
    company: Company
    portal: Portal
    environment: str
    zone: ZoneInfo
    now: datetime
    today: date
    scheduled: bool = True
    closing_said: bool = False  # the company itself has set a closing date; else `closed_until` is what the rules say
    backfill: str | None = (
        None  # the value of `qbo_backfill` on records this run makes, when it is a backfill or first load
    )
    blocked: Mapping[tuple[System, str], str] = field(
        default_factory=dict
    )  # (system, object) -> code, when a read was incomplete
    field_problems: Mapping[Entity, Mapping[str, Any]] = field(
        default_factory=dict
    )  # what is wrong with a mapped field of an entity, as slots of its code's sentence
    sequences: Mapping[tuple[Entity, System, str], int] = field(
        default_factory=dict
    )  # operations ever intended for a record

    def mark(self, quickbooks_id: str) -> str:
        """The value of `qbo_id` for a QuickBooks id (`realm:id`; allocations and lines append their own parts to the id)."""
        return f"{self.company.realm}:{quickbooks_id}"
