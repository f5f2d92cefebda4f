"""One due invoice or pair with everything the rules look at."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cached_property
from pathlib import Path
from typing import Any

import duckdb

from hsqbo_pipeline.core.candidates import Candidate, candidate
from hsqbo_pipeline.core.decisions import Verdict
from hsqbo_pipeline.core.match import chosen
from hsqbo_pipeline.core.tables import Row, Statements
from hsqbo_pipeline.mapping.lines import cents
from hsqbo_pipeline.model.money import plain
from hsqbo_pipeline.model.names import Entity, System

SQL = Statements(Path(__file__).parents[1] / "sql")
ZERO = Decimal("0.00")

# What a baseline keeps of a HubSpot line.
SAID_OF_A_LINE = (
    "item_id",
    "sku",
    "name",
    "quantity",
    "unit_price",
    "amount",
    "discount_percent",
    "discount_amount",
    "tax_code",
    "description",
)


@dataclass(frozen=True)
class Case:
    """A candidate with its lines on both sides and what lowers its balance."""

    pair: Candidate
    owner: System
    lines: Mapping[System, Sequence[Row]]
    extras: Sequence[Row] = ()
    reductions: Mapping[str, Decimal] = field(default_factory=dict)
    postings: Sequence[Row] = ()
    received: Decimal = ZERO
    holder: str | None = None
    associated: Mapping[str, Sequence[Mapping[str, Any]]] = field(default_factory=dict)

    @property
    def label(self) -> str:
        """The invoice's number, else its id."""
        row = self.pair.rows[System.QUICKBOOKS] or self.pair.rows[System.HUBSPOT] or {}
        return str(
            row.get("number") or row.get("id") or self.pair.ids[System.QUICKBOOKS] or self.pair.ids[System.HUBSPOT]
        )

    def row(self, side: System) -> Row:
        """The typed row of a side that is known to be there."""
        return self.pair.row(side)

    def said(self, verb: str) -> bool:
        """Whether a person has decided so about this invoice."""
        return any(each["verb"] == verb for each in self.pair.said)

    @property
    def order_discount(self) -> Decimal:
        """What HubSpot takes off the invoice as a whole; shares are of the lines, rounded half up to the cent."""
        return self._adjustment("discounts")

    @property
    def order_fees(self) -> Decimal:
        """What HubSpot adds to the invoice as a whole."""
        return self._adjustment("fees")

    @property
    def hubspot_lines(self) -> str:
        """HubSpot's lines, discount and fees as a baseline keeps them."""
        return _hubspot_text(self.lines[System.HUBSPOT], self.order_discount, self.order_fees)

    @cached_property
    def booked_items(self) -> Mapping[tuple[str | None, ...], str | None]:
        """The QuickBooks item that each HubSpot line, by product, SKU and name, was settled on: it stays while HubSpot names the
        same, whoever has that SKU by now."""
        baseline = self.pair.baseline or {}
        before = json.loads(baseline.get(System.HUBSPOT, {}).get("lines") or "[]")
        booked = json.loads(baseline.get(System.QUICKBOOKS, {}).get("lines") or "[]")
        by_amount: dict[str, str | None] = {}
        for form in reversed(booked):
            by_amount[form[4]] = form[1]
        found: dict[tuple[str | None, ...], str | None] = {}
        for place, (item_id, sku, name, *_, amount) in enumerate(each[:6] for each in before if len(each) > 2):
            # Lines were settled in HubSpot's order, unless somebody had put those of the books into another.
            in_place = place < len(booked) and booked[place][4] == amount
            item = booked[place][1] if in_place else by_amount.get(amount)
            found.setdefault((item_id, sku, name), item)
        return found

    def _adjustment(self, kind: str) -> Decimal:
        lines = sum((line["amount"] or ZERO for line in self.lines[System.HUBSPOT]), start=ZERO)
        values = ((each["type"], each["value"] or ZERO) for each in self.adjustments(kind))
        return sum((cents(lines * value / 100) if type_ == "PERCENT" else value for type_, value in values), start=ZERO)

    def adjustments(self, kind: str) -> Sequence[Row]:
        """The HubSpot invoice's taxes, discounts or fees."""
        return [each for each in self.extras if each["object"] == kind]

    def verdict(self, code: str, **more: Any) -> Verdict:
        """A verdict on this invoice with number, day and amount filled in."""
        row = self.pair.rows[self.owner] or self.pair.rows[System.QUICKBOOKS] or self.pair.rows[System.HUBSPOT] or {}
        more.setdefault("source_system", self.owner)
        return self.pair.verdict(
            code,
            label=self.label,
            amount=row.get("total"),
            currency=row.get("currency"),
            business_day=row.get("invoice_date"),
            **more,
        )


def _hubspot_text(lines: Iterable[Row], discount: Decimal, fees: Decimal) -> str:
    """HubSpot's lines and what applies to all of them, in its own terms, for telling whether somebody changed them there."""
    said = [
        [plain(line[name]) if isinstance(line[name], Decimal) else line[name] for name in SAID_OF_A_LINE]
        for line in lines
    ]
    return json.dumps(
        [*said, *([kind, plain(value)] for kind, value in (("discount", discount), ("fees", fees)) if value)]
    )


def read_cases(con: duckdb.DuckDBPyConnection, run_id: str) -> list[Case]:
    """Every due invoice and pair, as `match` has put them into `pairs`."""
    lines = _grouped(SQL.rows(con, "invoice_lines"), lambda row: (row["system"], row["invoice_id"]))
    extras = _grouped(SQL.rows(con, "invoice_extras"), lambda row: row["invoice_id"])
    reductions = _grouped(SQL.rows(con, "invoice_reductions"), lambda row: row["invoice_id"])
    postings = _grouped(SQL.rows(con, "invoice_postings"), lambda row: row["hubspot_invoice_id"])
    received = {row["invoice_id"]: row["received"] for row in SQL.rows(con, "invoice_cash")}
    holders = {
        row["wanted_by"]: f"{row['kind'].replace('_', ' ')} {row['id']}" for row in SQL.rows(con, "invoice_holders")
    }
    cases = []
    for row in chosen(con, Entity.INVOICE, run_id):
        pair = candidate(Entity.INVOICE, row)
        hubspot, quickbooks = pair.ids[System.HUBSPOT], pair.ids[System.QUICKBOOKS]
        cases.append(
            Case(
                pair=pair,
                owner=_owner(row, pair),
                lines={side: lines.get((side.value, pair.ids[side]), []) for side in System},
                extras=extras.get(hubspot, []),
                reductions={each["attribution"]: each["amount"] for each in reductions.get(quickbooks, [])},
                postings=postings.get(hubspot, []),
                received=received.get(hubspot, ZERO),
                holder=holders.get(hubspot),
            )
        )
    return cases


def _grouped(rows: Sequence[Row], key: Any) -> dict[Any, list[Row]]:
    found: dict[Any, list[Row]] = {}
    for row in rows:
        found.setdefault(key(row), []).append(row)
    return found


def _owner(row: Mapping[str, Any], pair: Candidate) -> System:
    """The side an invoice was made on; a pair that we only found belongs to HubSpot where HubSpot bills it (N6)."""
    if any(each["verb"] == "release" for each in pair.said):
        return System.QUICKBOOKS
    if row["owner"]:
        return System(row["owner"])
    hubspot = pair.rows[System.HUBSPOT]
    if hubspot is None:
        return System.QUICKBOOKS
    if pair.ids[System.QUICKBOOKS] is None:
        return System.HUBSPOT
    billed_here = hubspot["billable"] is not False and hubspot["source"] == "HubSpot"
    return System.HUBSPOT if billed_here else System.QUICKBOOKS
