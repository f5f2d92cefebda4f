"""Taking over from HubSpot's own sync: the pairs it made (current or legacy) become links, and nothing is written (1.1, A3).

Invoices go by the id that sync left, then by number where customer, day, currency and total agree (N4); contacts by
e-mail, products by SKU (or as `match` says in the rules); the payments it showed on a pair of invoices by amount and day.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path

from hsqbo_pipeline.core.match import match
from hsqbo_pipeline.core.tables import Row, Statements
from hsqbo_pipeline.core.validate import hubspot_object
from hsqbo_pipeline.model.names import OBJECTS, Entity, System
from hsqbo_pipeline.model.rules import Rules
from hsqbo_pipeline.runs import ending, stages
from hsqbo_pipeline.runs.linking import Finding, Linked, keep, plan_only, remember_again
from hsqbo_pipeline.runs.night import Night, open_night
from hsqbo_pipeline.runs.rebuild import by_marks, settle_masters
from hsqbo_pipeline.runs.request import Kind, Request
from hsqbo_pipeline.settings import Settings
from hsqbo_pipeline.store import links

SQL = Statements(Path(__file__).parent / "sql")
_MATCHED = (Entity.PRODUCT, Entity.CUSTOMER, Entity.INVOICE)
_KEYS = {
    "external": "id left by the other sync",
    "number": "number, customer, day and total",
    "mark": "mark",
    "sku": "SKU",
}


def adopt(
    settings: Settings, rules: Rules, *, dry_run: bool = False, progress: Callable[[str, str], None] | None = None
) -> Linked:
    """Link what another sync has paired; nothing is written to either system. With `dry_run` no link is kept either.

    Raises ConfigurationError and PipelineError as any run. What could not be tied is told with the reason.
    """
    request = Request(kind=Kind.ADOPT, apply=False)
    with open_night(settings, rules, request, progress=progress) as night:
        stages.read(night)
        for entity in stages.ENTITIES:
            stages.validate(night, entity)
        if night.blocked:
            ending.settle_states(night)
            return Linked([], ending.end(night))
        with night.warehouse.transaction() as con:
            marked = _by_our_marks(night, dry_run=dry_run)
            told = {(one.entity, one.hubspot_id, one.quickbooks_id) for one in marked}
            findings = [
                *marked,
                *(one for one in find(night) if (one.entity, one.hubspot_id, one.quickbooks_id) not in told),
            ]
            if not dry_run:
                keep(night, findings[len(marked) :])
                remember_again(night)
            SQL.run(con, "adopt_put_back")
            if dry_run:
                _close(night)
                return Linked(findings, None)
        plan_only(night)
        ending.settle_states(night)
        ending.prove(night)
        return Linked(findings, ending.end(night))


def _by_our_marks(night: Night, *, dry_run: bool) -> list[Finding]:
    """Pairs that this product had made before `forget`: their marks know better than any key."""
    if not SQL.rows(night.warehouse.con, "is_forgotten"):
        return []
    found = by_marks(night)
    if not dry_run:
        keep(night, found, "rebuilt")
        settle_masters(night)
    return found


def find(night: Night) -> list[Finding]:
    """Every pair that can be tied, and everything that looks like one and can't, with the reason.

    Tombstones of `forget` are lifted for the look (`adopt_put_back` ends it): they keep pairs from being made, not found.
    """
    con = night.warehouse.con
    SQL.run(con, "adopt_lift")
    SQL.run(con, "adopt_lifted")
    SQL.run(con, "adopt_due", run_id=night.run_id)
    for entity in _MATCHED:
        match(con, entity, night.situation)
    found = [_pair(row, night) for row in SQL.rows(con, "adopt_pairs")]
    found += [_leftover(row) for row in SQL.rows(con, "adopt_leftovers")]
    found += _payments(SQL.rows(con, "adopt_payments"))
    found += _parted(links.tombstones(con))
    return found


def _close(night: Night) -> None:
    """A dry run has no states to tell; it only ends."""
    now = datetime.now(UTC)
    SQL.run(
        night.warehouse.con, "close_run", run_id=night.run_id, ended_at=now, exit_code=0, plan_hash=None, counts="{}",
        requests="{}",
    )  # fmt: skip


def _pair(row: Row, night: Night) -> Finding:
    entity = Entity(row["entity"])
    # N6: an adopted invoice belongs to the side that bills it.
    billed = entity is Entity.INVOICE and row["billable"] is not False and row["source"] == "HubSpot"
    return Finding(
        entity=entity,
        hubspot_id=row["hubspot_id"],
        quickbooks_id=row["quickbooks_id"],
        label=row["label"] or "",
        how=_KEYS.get(row["matched_by"], row["matched_by"]),
        why=None if row["kind"] == "matched" else _rivals(row),
        owner=System.HUBSPOT if billed else System.QUICKBOOKS,
        objects={
            System.HUBSPOT: hubspot_object(entity, night.rules),
            System.QUICKBOOKS: OBJECTS[entity][System.QUICKBOOKS],
        },
    )


def _rivals(row: Row) -> str:
    """Why the key does not decide: with everybody who could be meant."""
    said = json.loads(row["candidates"]) if row["candidates"] else {}
    twins, others = said.get("same_side") or [], said.get("other_side") or []
    taken = [f"{each['id']} (linked to {each['partner']})" for each in said.get("claimed") or []]
    if row["kind"] == "shared":
        return f"has its key in common with {', '.join(map(str, twins))}"
    if taken:
        return f"the one that fits is taken: {', '.join(taken)}"
    return f"several fit: {', '.join(map(str, [*others, *twins]))}"


def _leftover(row: Row) -> Finding:
    """An invoice that another sync made and whose partner can't be proved."""
    return Finding(Entity.INVOICE, row["id"], row["candidate"], row["number"] or row["id"], why=_difference(row))


def _difference(row: Row) -> str:
    if row["candidate"] is None:
        return "no QuickBooks invoice has its id or its number"
    if row["taken_by"] is not None:
        return f"QuickBooks {row['candidate']} is linked to HubSpot {row['taken_by']}"
    named = {"number": "number", "currency": "currency", "invoice_date": "day", "total": "total"}
    apart = [
        f"{word} {row[name]} against {row[f'their_{name}']}"
        for name, word in named.items()
        if row[name] != row[f"their_{name}"]
    ]
    if not row["same_customer"]:
        apart.append("its contact is not linked to the customer of that invoice")
    return f"QuickBooks {row['candidate']} differs: {', '.join(apart) or 'status'}"


def _payments(rows: Sequence[Row]) -> Iterator[Finding]:
    for row in rows:
        one = row["allocations"] == 1 and row["rivals"] == 1
        why = None if one else "no single QuickBooks payment of this amount and day is on that invoice"
        yield Finding(
            entity=Entity.PAYMENT,
            hubspot_id=row["hubspot_id"],
            quickbooks_id=row["allocation"] if one else None,
            label=f"{row['amount']} {row['currency']}",
            how="invoice, amount and day",
            why=why,
            role="allocation",
            objects={System.HUBSPOT: "commerce_payments", System.QUICKBOOKS: "Payment"},
        )


def _parted(stones: Sequence[Row]) -> Iterator[Finding]:
    """Pairs that ended on purpose: no key ties them again."""
    for row in stones:
        if row["system"] == System.HUBSPOT and row["partner_id"]:
            why = f"the pair was {row['reason']}; `hsqbo resume` lets it come along again"
            yield Finding(Entity(row["entity"]), row["id"], row["partner_id"], row["id"], why=why)
