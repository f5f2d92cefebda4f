"""Contacts and customers: which come along, what a new customer is called, and what each side gets."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import duckdb

from hsqbo_pipeline.core.candidates import Candidate, candidate, paused, rivalry, vanished
from hsqbo_pipeline.core.decisions import Reason, Situation, Verdict
from hsqbo_pipeline.core.filters import Associated, associated_records, unmet
from hsqbo_pipeline.core.pairs import Trade, create_operation, mark_operation, pair_verdict, trade_of
from hsqbo_pipeline.core.tables import Row, Statements
from hsqbo_pipeline.mapping.contacts import hubspot_contact, quickbooks_customer
from hsqbo_pipeline.mapping.display_names import (
    LONGEST_DISPLAY_NAME,
    checked_name,
    illegal_person_names,
    propose_name,
    suffixed_name,
)
from hsqbo_pipeline.model.fields import field_map, too_long, values
from hsqbo_pipeline.model.keys import name_key
from hsqbo_pipeline.model.names import Entity, System
from hsqbo_pipeline.model.operations import Wave

SQL = Statements(Path(__file__).parent / "sql")


@dataclass(frozen=True)
class _Holder:
    """Who has a name already. `customer_id` is set where it is a QuickBooks customer that could be linked instead."""

    text: str
    customer_id: str | None = None


@dataclass
class _Book:
    """What the single verdicts share: names in use (and given away by this plan), families, associated records."""

    holders: dict[str, _Holder]
    parents: Mapping[str, str]
    own_email_jobs: frozenset[str]
    associated: Mapping[str, Associated]


def plan(con: duckdb.DuckDBPyConnection, situation: Situation) -> list[Verdict]:
    """The verdict on every due contact, customer or pair of the two, oldest first: a name goes to who came first (A74)."""
    rules = situation.rules.customers
    hubspot_object = "companies" if rules.bill == "companies" else "contacts"
    found = [candidate(Entity.CUSTOMER, row) for row in SQL.rows(con, "plan_customers", hubspot_object=hubspot_object)]
    found = [one for one in found if not one.rejected]
    trade = trade_of(
        Entity.CUSTOMER,
        Wave.CUSTOMERS,
        situation,
        {
            System.HUBSPOT: lambda fields, _current, mapped: dict(hubspot_contact(fields, mapped)),
            System.QUICKBOOKS: quickbooks_customer,
        },
        hubspot_object=hubspot_object,
    )
    book = _Book(
        _holders(con, found, situation),
        _parents(con, found),
        _own_email_jobs(con, found),
        associated_records(con, found, situation),
    )
    return [_one(one, trade, situation, book) for one in found]


def _holders(con: duckdb.DuckDBPyConnection, found: Sequence[Candidate], situation: Situation) -> dict[str, _Holder]:
    wanted = set()
    for one in found:
        if one.kind == "single" and (row := one.rows[System.HUBSPOT]):
            name = _proposed(row, situation).name
            if name:
                wanted.update({name_key(name), name_key(suffixed_name(name, one.id(System.HUBSPOT)))})
    rows = SQL.rows(con, "customer_names", names=sorted(wanted)) if wanted else []
    return {
        row["name_key"]: _Holder(f"{row['type'].lower()} {row['id']}", row["id"] if row["type"] == "Customer" else None)
        for row in rows
    }


def _parents(con: duckdb.DuckDBPyConnection, found: Sequence[Candidate]) -> dict[str, str]:
    wanted = sorted({row["parent_id"] for one in found if (row := one.rows[System.QUICKBOOKS]) and row["parent_id"]})
    return {row["id"]: row["name"] for row in SQL.rows(con, "customer_labels", ids=wanted)} if wanted else {}


def _own_email_jobs(con: duckdb.DuckDBPyConnection, found: Sequence[Candidate]) -> frozenset[str]:
    ids = sorted({row["id"] for one in found if (row := one.rows[System.QUICKBOOKS]) and row["parent_id"]})
    return frozenset(row["id"] for row in SQL.rows(con, "customer_jobs", ids=ids)) if ids else frozenset()


def _one(found: Candidate, trade: Trade, situation: Situation, book: _Book) -> Verdict:
    verdict = (
        _switched_off(found, situation)
        or paused(found, situation)
        or vanished(found)
        or _inactive(found)
        or _alias(found)
        or _job(found, book)
        or _no_email(found, situation)
        or rivalry(found, "ID_EMAIL_SHARED", {})
    )
    if verdict is not None:
        return verdict
    closed = _closed(found, situation, book)
    if found.kind in ("linked", "matched"):
        return _merged(found, pair_verdict(found, trade, situation, closed))
    side = found.single_side
    assert side is not None, "an unpaired candidate has one side"
    if not trade.sends(side):
        return found.verdict(
            "FLT_DIRECTION_OFF", slots={"object": "customers", "direction": f"{side.value}_to_{side.other.value}"}
        )
    if side.other in closed:
        return found.verdict("FLT_CUSTOM", slots={"condition": closed[side.other]})
    return (
        _to_hubspot(found, trade, situation)
        if side is System.QUICKBOOKS
        else _to_quickbooks(found, trade, situation, book)
    )


def _switched_off(found: Candidate, situation: Situation) -> Verdict | None:
    if not situation.rules.customers.targets:
        return found.verdict("FLT_OBJECT_OFF", slots={"object": "customers"})
    return None


def _inactive(found: Candidate) -> Verdict | None:
    """Nothing is written to an inactive customer and nothing wakes it up (N11, D28, D49)."""
    customer = found.rows[System.QUICKBOOKS]
    if customer is None or customer["active"]:
        return None
    if found.kind == "linked":
        return found.verdict("CUS_INACTIVE", slots={"name": customer["display_name"], "survivor": ""})
    return found.verdict("FLT_INACTIVE")


def _alias(found: Candidate) -> Verdict | None:
    """A further contact of a company that is billed, or a job that a person linked: its pair is somebody else's row."""
    if found.kind != "alias":
        return None
    return replace(found.verdict("OPS_UNCHANGED"), reasons=(Reason("CUS_SUB_CUSTOMER"),))


def _job(found: Candidate, book: _Book) -> Verdict | None:
    """A job whose e-mail is its family's bills to the family's contact and is no customer of its own (N11)."""
    customer = found.rows[System.QUICKBOOKS]
    if customer is None or customer["parent_id"] is None or found.kind != "single":
        return None
    if customer["id"] in book.own_email_jobs:
        return None
    parent = book.parents.get(customer["parent_id"], customer["parent_id"])
    return found.verdict("CUS_SUB_CUSTOMER", slots={"parent": parent})


def _no_email(found: Candidate, situation: Situation) -> Verdict | None:
    side = found.single_side
    if (
        side is None
        or situation.rules.customers.match.mode != "default"
        or situation.rules.customers.bill == "companies"
    ):
        return None
    return None if found.row(side)["email_keys"] else found.verdict("ID_NO_EMAIL")


def _closed(found: Candidate, situation: Situation, book: _Book) -> dict[System, str]:
    closed = {}
    for source in System:
        payload, record_id = found.payloads[source], found.ids[source]
        if payload is None or record_id is None:
            continue
        groups = situation.rules.filter_groups(Entity.CUSTOMER, source)
        condition = unmet(
            groups, payload, source, book.associated.get(record_id, {}) if source is System.HUBSPOT else {}
        )
        if condition is not None:
            closed[source.other] = condition
    return closed


def _merged(found: Candidate, verdict: Verdict) -> Verdict:
    """A contact that has swallowed another one carries its link on; that is worth a look once (D36)."""
    row = found.rows[System.HUBSPOT]
    if (
        found.kind == "linked"
        and row
        and row["mark"]
        and verdict.code == "OPS_UNCHANGED"
        and row["merged_ids"]
        and verdict.operations
    ):
        return replace(verdict, code="ID_MERGED_AWAY", slots={"id": row["id"]})
    return verdict


def _to_hubspot(found: Candidate, trade: Trade, situation: Situation) -> Verdict:
    row = found.row(System.QUICKBOOKS)
    mark = situation.mark(found.id(System.QUICKBOOKS))
    texts = values(row, trade.fields)
    filled = {name: text for name, text in texts.items() if text is not None}
    body = {**hubspot_contact(filled, trade.fields), "qbo_id": mark}
    if situation.backfill:
        body["qbo_backfill"] = situation.backfill
    find = {"property": "qbo_id", "value": mark, "parent": None}
    operation = create_operation(found, trade, situation, System.HUBSPOT, body, find, filled)
    settle = {"hubspot": texts, "quickbooks": texts}
    return found.verdict("OPS_UNCHANGED", operations=(operation,), settle=settle, source_system=System.QUICKBOOKS)


def _proposed(row: Row, situation: Situation) -> Any:
    rules = situation.rules.customers
    return propose_name(
        values(row, field_map(Entity.CUSTOMER, situation.rules)),
        from_company=rules.display_name.from_company,
        template=rules.display_name.template,
        clean=rules.forbidden_characters == "clean",
    )


def _to_quickbooks(found: Candidate, trade: Trade, situation: Situation, book: _Book) -> Verdict:
    row = found.row(System.HUBSPOT)
    texts = values(row, trade.fields)
    problem = _refused(found, texts, trade)
    if problem is not None:
        return problem
    proposed = _proposed(row, situation)
    if proposed.code is not None:
        return found.verdict(proposed.code, slots={"name": proposed.name, "limit": proposed.longest})
    named = _free_name(found, proposed.name, situation, book)
    if isinstance(named, Verdict):
        return named
    book.holders[name_key(named)] = _Holder(f"contact {found.id(System.HUBSPOT)} of this plan")
    filled = {name: text for name, text in texts.items() if text is not None} | {"display_name": named}
    filled.pop("currency", None)
    body = quickbooks_customer(filled, mapped=trade.fields)
    if situation.company.multi_currency and situation.company.home_currency:
        body["CurrencyRef"] = {"value": situation.company.home_currency}
    find = {
        "where": {"DisplayName": named},
        "mark": None,
        "same": {"PrimaryEmailAddr.Address": texts.get("email") or ""},
    }
    operation = create_operation(found, trade, situation, System.QUICKBOOKS, body, find, filled)
    settle = {"hubspot": texts, "quickbooks": {**texts, "display_name": named}}
    operations = (operation, mark_operation(found, trade, situation))
    return found.verdict("OPS_UNCHANGED", operations=operations, settle=settle, source_system=System.HUBSPOT)


def _refused(found: Candidate, texts: Mapping[str, str | None], trade: Trade) -> Verdict | None:
    """What QuickBooks would refuse, found before it is asked."""
    for name in illegal_person_names(texts):
        return found.verdict("CUS_NAME_ILLEGAL", slots={"name": texts[name]})
    for field, longest in too_long(trade.fields, texts, System.QUICKBOOKS):
        return found.verdict("VAL_TOO_LONG", slots={"field": field.name, "limit": longest})
    return None


def _free_name(found: Candidate, name: str, situation: Situation, book: _Book) -> str | Verdict:
    """The display name this contact gets, or why it gets none: names are unique over customers, vendors and employees."""
    holder = book.holders.get(name_key(name))
    if holder is None:
        return name
    if situation.rules.customers.display_name_clash == "suffix":
        other = suffixed_name(name, found.id(System.HUBSPOT))
        if name_key(other) not in book.holders and checked_name(other, LONGEST_DISPLAY_NAME).code is None:
            return other
    candidates: tuple[Mapping[str, Any], ...] = ()
    if holder.customer_id is not None:
        candidates = ({"system": "quickbooks", "id": holder.customer_id},)
    return found.verdict("CUS_DISPLAY_NAME_TAKEN", slots={"name": name, "holder": holder.text}, candidates=candidates)
