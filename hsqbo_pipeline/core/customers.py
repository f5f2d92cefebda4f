"""Contacts and customers: which come along, what a new customer is called, and what each side gets."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import duckdb

from hsqbo_pipeline.core.aliases import Changes, read_changes, with_contacts
from hsqbo_pipeline.core.candidates import Candidate, candidate, paused, rivalry
from hsqbo_pipeline.core.companies import Companies, read_companies, with_company
from hsqbo_pipeline.core.creations import create_operation, mark_operation
from hsqbo_pipeline.core.customer_names import Holder, LinkInstead, free_name, proposed, read_holders
from hsqbo_pipeline.core.decisions import Reason, Situation, Verdict
from hsqbo_pipeline.core.deletion import gone_verdict, vanished
from hsqbo_pipeline.core.filters import Associated, associated_records, unmet
from hsqbo_pipeline.core.joined import planned
from hsqbo_pipeline.core.match import chosen
from hsqbo_pipeline.core.merges import Merges, claimed, read_merges, with_survivor
from hsqbo_pipeline.core.pairs import pair_verdict
from hsqbo_pipeline.core.sole import Keeper, Sole, held_back, wanted
from hsqbo_pipeline.core.tables import Statements
from hsqbo_pipeline.core.trades import Trade, trade_of
from hsqbo_pipeline.mapping.contacts import hubspot_contact, quickbooks_customer
from hsqbo_pipeline.mapping.display_names import fitting_names, illegal_person_names
from hsqbo_pipeline.model.fields import too_long, values
from hsqbo_pipeline.model.keys import email_key, name_key
from hsqbo_pipeline.model.names import Entity, System
from hsqbo_pipeline.model.operations import Wave
from hsqbo_pipeline.model.rules import DirectionWord, Groups

SQL = Statements(Path(__file__).parent / "sql")
ADDRESS = Sole(System.HUBSPOT, "contacts", "email", email_key)


@dataclass
class _Book:
    """What the single verdicts share: names in use (and given away by this plan), families, merges, associated records.

    `joined` are contacts that get the customer who bears their name.
    """

    holders: dict[str, Holder]
    parents: Mapping[str, str]
    own_email_jobs: frozenset[str]
    associated: Mapping[str, Associated]
    merges: Merges
    companies: Companies
    contacts: Changes
    filters: Mapping[System, Groups]
    joined: dict[str, str] = field(default_factory=dict)


def plan(con: duckdb.DuckDBPyConnection, situation: Situation) -> list[Verdict]:
    """The verdict on every due contact, customer or pair of the two, oldest first: a name goes to who came first (A74)."""
    return planned(con, situation, Entity.CUSTOMER, _plan, "display_name")


def _plan(con: duckdb.DuckDBPyConnection, situation: Situation) -> tuple[list[Verdict], dict[str, str]]:
    rules = situation.rules.customers
    hubspot_object = "companies" if rules.bill == "companies" else "contacts"
    rows = chosen(con, Entity.CUSTOMER, situation.run_id, hubspot_object)
    found = [one for one in (candidate(Entity.CUSTOMER, row) for row in rows) if not one.rejected]
    trade = trade_of(
        Entity.CUSTOMER,
        Wave.CUSTOMERS,
        situation,
        {
            System.HUBSPOT: lambda fields, _current, mapped: dict(hubspot_contact(fields, mapped)),
            System.QUICKBOOKS: quickbooks_customer,
        },
        hubspot_object=hubspot_object,
        fit=fitting_names if rules.forbidden_characters == "clean" else dict,
        refusal=_illegal_name,
    )
    book = _Book(
        read_holders(con, found, situation),
        _parents(con, found),
        _own_email_jobs(con, found),
        associated_records(con, found, situation),
        read_merges(con, Entity.CUSTOMER, found),
        read_companies(con, found, situation),
        read_changes(con, situation),
        {source: situation.rules.filter_groups(Entity.CUSTOMER, source) for source in System},
    )
    return _to_their_own_addresses(con, [_one(one, trade, situation, book) for one in found]), book.joined


def _to_their_own_addresses(con: duckdb.DuckDBPyConnection, verdicts: Sequence[Verdict]) -> list[Verdict]:
    """An e-mail stands on one contact only in HubSpot, secondary ones included: whoever wants another's gets nothing (D35)."""
    keys = wanted(verdicts, ADDRESS)
    holders: dict[str, list[str]] = {}
    for row in SQL.rows(con, "customer_addresses", keys=keys) if keys else ():
        holders.setdefault(row["key"], []).append(row["id"])
    return held_back(verdicts, ADDRESS, holders, _address_taken)


def _address_taken(verdict: Verdict, _text: str, holder: Keeper) -> Verdict:
    kind = "contact" if holder.system is System.HUBSPOT else "customer"
    slots = {"holder": f"{kind} {holder.id}", "system": System.HUBSPOT.value, "field": "e-mail address"}
    candidates = ({"system": holder.system.value, "id": holder.id},)
    return replace(verdict, code="ID_DUPLICATE_IN_BATCH", slots=slots, candidates=candidates)


def _parents(con: duckdb.DuckDBPyConnection, found: Sequence[Candidate]) -> dict[str, str]:
    wanted = sorted({row["parent_id"] for one in found if (row := one.rows[System.QUICKBOOKS]) and row["parent_id"]})
    return {row["id"]: row["name"] for row in SQL.rows(con, "customer_labels", ids=wanted)} if wanted else {}


def _own_email_jobs(con: duckdb.DuckDBPyConnection, found: Sequence[Candidate]) -> frozenset[str]:
    ids = sorted({row["id"] for one in found if (row := one.rows[System.QUICKBOOKS]) and row["parent_id"]})
    return frozenset(row["id"] for row in SQL.rows(con, "customer_jobs", ids=ids)) if ids else frozenset()


def _one(found: Candidate, trade: Trade, situation: Situation, book: _Book) -> Verdict:
    rules = situation.rules.customers
    verdict = (
        _switched_off(found, situation)
        or paused(found, situation)
        or claimed(found, book.merges)
        or vanished(found, trade, situation, archive=rules.on_deleted == "archive")
        or _inactive(found, trade, situation, book)
        or _alias(found)
        or _job(found, situation, book)
        or _no_email(found, situation)
        or rivalry(found, _shared_code(situation), {})
    )
    if verdict is not None:
        return verdict
    closed = _closed(found, book)
    if found.kind in ("linked", "matched"):
        told = _merged(found, pair_verdict(found, _towards_hubspot(found, trade), situation, closed))
        return with_contacts(with_company(told, found, book.companies, situation), book.contacts, situation)
    side = found.single_side
    assert side is not None, "an unpaired candidate has one side"
    if not trade.sends(side):
        return found.verdict(
            "FLT_DIRECTION_OFF", slots={"object": "customers", "direction": f"{side.value}_to_{side.other.value}"}
        )
    if side.other in closed:
        return found.verdict("FLT_CUSTOM", slots={"condition": closed[side.other]})
    if side is System.QUICKBOOKS:
        return with_company(_to_hubspot(found, trade, situation), found, book.companies, situation)
    return with_contacts(_to_quickbooks(found, trade, situation, book), book.contacts, situation)


def _shared_code(situation: Situation) -> str:
    rules = situation.rules.customers
    by_email = rules.match.mode == "default" and rules.bill == "people"
    return "ID_EMAIL_SHARED" if by_email else "ID_AMBIGUOUS_MATCH"


def _towards_hubspot(found: Candidate, trade: Trade) -> Trade:
    """An inactive customer that the rules bring along is read, never written."""
    if found.row(System.QUICKBOOKS)["active"]:
        return trade
    outward = trade.direction.targets & {System.HUBSPOT}
    return replace(trade, direction=DirectionWord.QUICKBOOKS_TO_HUBSPOT if outward else DirectionWord.OFF)


def _switched_off(found: Candidate, situation: Situation) -> Verdict | None:
    if not situation.rules.customers.targets:
        return found.verdict("FLT_OBJECT_OFF", slots={"object": "customers"})
    return None


def _inactive(found: Candidate, trade: Trade, situation: Situation, book: _Book) -> Verdict | None:
    """Nothing is written to an inactive customer and nothing wakes it up (N11, D28, D49)."""
    customer = found.rows[System.QUICKBOOKS]
    if customer is None or customer["active"] or situation.rules.customers.inactive == "include":
        return None
    if found.kind != "linked":
        return with_survivor(found.verdict("FLT_INACTIVE"), book.merges)
    archive = situation.rules.customers.on_deleted == "archive"
    if archive and customer["id"] not in book.merges.survivors:
        return gone_verdict(found, trade, situation, System.QUICKBOOKS, archive=True)
    told = found.verdict("CUS_INACTIVE", slots={"name": customer["display_name"], "survivor": ""})
    return with_survivor(told, book.merges)


def _alias(found: Candidate) -> Verdict | None:
    """A further contact of a company that is billed, or a job that a person linked: its pair is somebody else's row."""
    if found.kind != "alias":
        return None
    return replace(found.verdict("OPS_UNCHANGED"), reasons=(Reason("CUS_SUB_CUSTOMER"),))


def _job(found: Candidate, situation: Situation, book: _Book) -> Verdict | None:
    """A job whose e-mail is its family's bills to the family's contact and is no customer of its own (N11)."""
    customer = found.rows[System.QUICKBOOKS]
    if customer is None or customer["parent_id"] is None or found.kind != "single":
        return None
    if customer["id"] in book.own_email_jobs and situation.rules.customers.bill == "people":
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


def _closed(found: Candidate, book: _Book) -> dict[System, str]:
    closed = {}
    for source in System:
        payload, record_id = found.payloads[source], found.ids[source]
        if payload is None or record_id is None:
            continue
        associated = book.associated.get(record_id, {}) if source is System.HUBSPOT else {}
        condition = unmet(book.filters[source], payload, source, associated)
        if condition is not None:
            closed[source.other] = condition
    return closed


def _merged(found: Candidate, verdict: Verdict) -> Verdict:
    """A contact that has swallowed another one carries its link on; that is worth a look once (D36)."""
    if not found.moved or verdict.code != "OPS_UNCHANGED":
        return verdict
    return replace(verdict, code="ID_MERGED_AWAY", slots={"id": found.ids[System.HUBSPOT]})


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


def _to_quickbooks(found: Candidate, trade: Trade, situation: Situation, book: _Book) -> Verdict:
    row = found.row(System.HUBSPOT)
    texts = values(row, trade.fields)
    fitted = trade.fit(texts)
    problem = _refused(found, fitted, trade)
    if problem is not None:
        return problem
    name = proposed(row, situation)
    if name.code is not None or name.name is None:
        return found.verdict(name.code or "CUS_NO_NAME", slots={"name": name.name, "limit": name.longest})
    named = free_name(found, name.name, situation, book.holders)
    if isinstance(named, Verdict):
        return named
    if isinstance(named, LinkInstead):
        book.joined[found.id(System.HUBSPOT)] = named.customer_id
        book.holders[name_key(name.name)] = Holder(f"customer {named.customer_id}", named.customer_id)
        return found.verdict("OPS_UNCHANGED")  # planned once more, as a pair
    book.holders[name_key(named)] = Holder(f"contact {found.id(System.HUBSPOT)} of this plan")
    filled = {name: text for name, text in fitted.items() if text is not None} | {"display_name": named}
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
    settle = {"hubspot": texts, "quickbooks": {**fitted, "display_name": named}}
    operations = (operation, mark_operation(found, trade, situation))
    return found.verdict("OPS_UNCHANGED", operations=operations, settle=settle, source_system=System.HUBSPOT)


def _refused(found: Candidate, texts: Mapping[str, str | None], trade: Trade) -> Verdict | None:
    """What QuickBooks would refuse, found before it is asked."""
    refused = trade.refusal(texts)
    if refused is not None:
        return found.verdict(refused[0], slots=refused[1])
    for each, longest in too_long(trade.fields, texts, System.QUICKBOOKS):
        return found.verdict("VAL_TOO_LONG", slots={"field": each.name, "limit": longest})
    return None


def _illegal_name(texts: Mapping[str, str | None]) -> tuple[str, Mapping[str, Any]] | None:
    illegal = next(iter(illegal_person_names(texts)), None)
    return ("CUS_NAME_ILLEGAL", {"name": texts[illegal]}) if illegal else None
