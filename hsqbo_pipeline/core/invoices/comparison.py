"""What both sides of a HubSpot invoice say, and which groups of facts each has moved away from what was settled."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

from hsqbo_pipeline.core.decisions import Situation, Verdict
from hsqbo_pipeline.core.invoices.billing import billed
from hsqbo_pipeline.core.invoices.cases import SAID_OF_A_LINE, ZERO, Case
from hsqbo_pipeline.core.invoices.items import Choice, choose
from hsqbo_pipeline.core.invoices.line_forms import Form, all_same, expected, from_text, standing, successors, twins
from hsqbo_pipeline.core.invoices.outgoing import Outbox
from hsqbo_pipeline.core.invoices.parents import Parents
from hsqbo_pipeline.mapping.lines import money, sent_description
from hsqbo_pipeline.model.names import Entity, System

_NUMBERS = ("quantity", "unit_price", "amount", "discount_percent", "discount_amount")


@dataclass(frozen=True)
class Facts:
    """The guarded facts of one side, as text, beside its lines. `payer` is the contact that HubSpot bills."""

    customer: str | None
    day: str | None
    currency: str | None
    tax: str
    lines: tuple[Form, ...]
    payer: str | None = None


@dataclass(frozen=True)
class Comparison:
    """What both sides say, what they were settled on, and which groups each side has moved away from it."""

    hubspot: Facts
    quickbooks: Facts
    forbidden: frozenset[str]
    pushed: frozenset[str]
    choices: tuple[Choice, ...]


def compare(case: Case, parents: Parents, outbox: Outbox, situation: Situation) -> Comparison:
    """Both sides' guarded facts against each other and against what was settled."""
    row, booked = case.row(System.HUBSPOT), case.row(System.QUICKBOOKS)
    lines = case.lines[System.HUBSPOT]
    choices = []
    for position, line in enumerate(lines, 1):
        choice = choose(case, line, position, parents, outbox.fallbacks, situation)
        choices.append(Choice(None, None) if isinstance(choice, Verdict) else choice)
    names = {
        record_id: item["name"]
        for (entity, side, record_id), item in parents.rows.items()
        if entity is Entity.PRODUCT and side is System.QUICKBOOKS
    }
    forms = _named(expected(lines, choices, case.order_discount, case.order_fees), choices, names)
    customer = billed(case, parents, situation)
    hubspot = Facts(
        customer=None if isinstance(customer, Verdict) else customer.partner,
        day=_iso(row["invoice_date"]),
        currency=row["currency"],
        tax=money(row["tax"] or ZERO),
        lines=tuple(forms),
        payer=None if isinstance(customer, Verdict) else customer.id,
    )
    quickbooks = Facts(
        customer=booked["customer_id"],
        day=_iso(booked["invoice_date"]),
        currency=booked["currency"],
        tax=money(booked["tax"] or ZERO),
        lines=tuple(standing(case.lines[System.QUICKBOOKS], names)),
    )
    forbidden, pushed = _moved(case, hubspot, quickbooks)
    return Comparison(hubspot, quickbooks, forbidden, pushed, tuple(choices))


def _named(forms: Sequence[Form], choices: Sequence[Choice], names: Mapping[str, str]) -> list[Form]:
    """Lines called as their items are in QuickBooks, where the edit was made; a fallback item says nothing of what was sold."""
    called = [
        form if choice.fallback else replace(form, name=names.get(form.item or "", form.name))
        for form, choice in zip(forms, choices, strict=False)
    ]
    return [*called, *forms[len(choices) :]]


def _iso(day: Any) -> str | None:
    return None if day is None else str(day.isoformat())


def _moved(case: Case, hubspot: Facts, quickbooks: Facts) -> tuple[frozenset[str], frozenset[str]]:
    """Groups that the books changed against the rules, and groups that HubSpot changed and the books are to follow."""
    baseline = case.pair.baseline
    forbidden, pushed = set(), set()
    for group in ("customer", "day", "currency", "tax"):
        said, booked = getattr(hubspot, group), getattr(quickbooks, group)
        if said == booked:
            continue
        # Whoever the contact's customer is by now: a person moved the invoice only by billing another contact.
        told = hubspot.payer if group == "customer" else said
        before_booked, before_told = _before(baseline, group, booked, told)
        # A document is never dated anew nor moved to another currency by us, whoever asked for it (H18).
        if booked != before_booked or (group in ("day", "currency") and said is not None and told != before_told):
            forbidden.add("tax" if group == "tax" else "header")
        elif said is not None and told != before_told:
            pushed.add(group)
    if not all_same(hubspot.lines, quickbooks.lines):
        kept = from_text(baseline[System.QUICKBOOKS].get("lines")) if baseline else None
        text = case.hubspot_lines
        if kept is None:
            same_total = case.row(System.HUBSPOT)["total"] == case.row(System.QUICKBOOKS)["total"]
            forbidden |= set() if same_total else {"lines"}
        elif not all_same(kept, quickbooks.lines):
            forbidden.add("lines")
        elif baseline is not None and baseline[System.HUBSPOT].get("lines") != text:
            pushed.add("lines")
    elif _described_anew(case, hubspot.lines, quickbooks.lines):
        pushed.add("lines")
    return frozenset(forbidden), frozenset(pushed)


def _described_anew(case: Case, said: Sequence[Form], booked: Sequence[Form]) -> bool:
    """Whether HubSpot calls a line by another text now, and nobody has given it a text of their own in the books."""
    baseline = case.pair.baseline
    if baseline is None or baseline[System.HUBSPOT].get("lines") == case.hubspot_lines:
        return False
    kept = texts_of_the_books(case, said, booked)
    return any(
        said[place].description not in (None, booked[twin].description) and place not in kept
        for place, twin in twins(said, booked).items()
    )


def texts_of_the_books(case: Case, said: Sequence[Form], booked: Sequence[Form]) -> set[int]:
    """HubSpot's lines, by place, whose descriptions stay as the books have them: changed there since both sides were settled,
    or before that while HubSpot's own has not changed since (1.3, N10).
    """
    baseline = case.pair.baseline or {}
    settled = from_text(baseline.get(System.QUICKBOOKS, {}).get("lines")) or []
    before = {twin: settled[place].description for place, twin in successors(settled, booked).items()}
    ours = _sent_before(baseline.get(System.HUBSPOT, {}).get("lines"))
    return {
        place
        for place, twin in successors(said, booked).items()
        if before.get(twin) != booked[twin].description
        or (said[place].description in ours and booked[twin].description not in ours)
    }


def _sent_before(text: str | None) -> set[str | None]:
    """What HubSpot's lines, as they were settled, were called in the books, on items of their own or on the fallback item."""
    lines = [dict(zip(SAID_OF_A_LINE, each, strict=False)) for each in json.loads(text or "[]") if len(each) > 2]
    for line in lines:
        line |= {name: None if line[name] is None else Decimal(line[name]) for name in _NUMBERS}
    found = {sent_description(line, named=named) for line in lines if "description" in line for named in (False, True)}
    return found | {None}


def _before(baseline: Any, group: str, booked: str | None, told: str | None) -> tuple[str | None, str | None]:
    """What both sides were settled on. A pair without history is taken as it stands (H20)."""
    name = "invoice_date" if group == "day" else group
    if baseline is None or name not in baseline[System.QUICKBOOKS]:
        return booked, told
    remembered = baseline[System.HUBSPOT].get(name)
    # Nobody could tell then whom HubSpot billed: that it can be told now moves nothing.
    return baseline[System.QUICKBOOKS][name], told if remembered is None and group == "customer" else remembered
