"""Taking a run back: a plan of its own, to approve like any other, from what the run wrote and what stood there before.

What was made is voided, deactivated or archived and leaves a tombstone, so that the next night does not make it again.
What was changed is put back where nobody has touched it since; the two sides then differ as they did before, and stay so
until somebody edits one of them. What can't be taken back is refused with the reason (H6).
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb

from hsqbo_pipeline.core.decisions import Verdict
from hsqbo_pipeline.core.tables import Row, Statements
from hsqbo_pipeline.errors import ConfigurationError
from hsqbo_pipeline.mapping.contacts import hubspot_contact, quickbooks_customer
from hsqbo_pipeline.mapping.products import hubspot_product, quickbooks_item
from hsqbo_pipeline.model.codes import render
from hsqbo_pipeline.model.fields import field_map, values
from hsqbo_pipeline.model.names import OBJECTS, Entity, System
from hsqbo_pipeline.model.operations import Action, FieldChange, Operation, Step, StepAction, Wave, operation_id
from hsqbo_pipeline.model.rules import Rules, fiscal_year_start
from hsqbo_pipeline.runs import ending, stages
from hsqbo_pipeline.runs.conclude import current_rows
from hsqbo_pipeline.runs.ending import Ended
from hsqbo_pipeline.runs.night import Night, open_night
from hsqbo_pipeline.runs.request import Request
from hsqbo_pipeline.settings import Settings
from hsqbo_pipeline.store import mirror, plans

SQL = Statements(Path(__file__).parent / "sql")
# What was made last ends first.
_WAVES = {
    Entity.PAYMENT: Wave.PRODUCTS,
    Entity.INVOICE: Wave.CUSTOMERS,
    Entity.CUSTOMER: Wave.INVOICES,
    Entity.PRODUCT: Wave.PAYMENTS,
}
_MASTERS = (Entity.CUSTOMER, Entity.PRODUCT)
_DOCUMENTS = (Entity.INVOICE, Entity.PAYMENT)


@dataclass(frozen=True)
class Made:
    """One operation of the run, with the pair as it stands now."""

    operation: Row
    entity: Entity
    target: System
    ids: Mapping[System, str | None]
    rows: Mapping[System, Row | None]
    payload: Mapping[str, Any] | None

    @property
    def target_id(self) -> str | None:
        """The id of what was written."""
        return self.ids[self.target]

    def verdict(self, code: str, **more: Any) -> Verdict:
        """A verdict on the pair."""
        return Verdict(
            entity=self.entity,
            hubspot_id=self.ids[System.HUBSPOT],
            quickbooks_id=(self.ids[System.QUICKBOOKS] or "").partition(":")[0]
            or None,  # a share's record is its payment
            code=code,
            covers=tuple((side, found) for side in System if (found := self.ids[side]) is not None),
            label=self.operation["label"],
            amount=self.operation["amount"],
            currency=self.operation["currency"],
            **more,
        )


def undo(
    settings: Settings, rules: Rules, run: str, request: Request, *, progress: Callable[[str, str], None] | None = None
) -> Ended:
    """Plan the reversal of a run (its number or id) and, where the request approves it, carry it out."""
    with open_night(settings, rules, request, progress=progress) as night:
        stages.read(night)
        for entity in stages.ENTITIES:
            stages.validate(night, entity)
        run_id = _run_id(night, run)
        verdicts = list(reversal(night, run_id))
        with night.warehouse.transaction() as con:
            plans.keep(con, night.run_id, verdicts)
        stages.close_plan(night)
        stages.apply_waves(night, tuple(Wave))
        ending.settle_states(night)
        # No proof: what else has changed meanwhile is looked at by the next night, and proved there.
        return replace(ended := ending.end(night), told=[*ended.told, *_left(verdicts), *_kept(night, run_id)])


def _left(verdicts: Iterable[Verdict]) -> Iterator[str]:
    """What is refused, with the reason."""
    for one in verdicts:
        if not one.operations:
            changed = (
                f"somebody has changed {', '.join(one.slots['fields'])} since." if one.code == "CONF_HELD" else None
            )
            yield f"not undone: {one.entity.value} {one.label or ''}: {changed or render(one.code, **one.slots).sentence}"


def _kept(night: Night, run_id: str) -> Iterator[str]:
    """What the run did that has no way back, or needs none."""
    for row in SQL.rows(night.warehouse.con, "undo_kept", run_id=run_id):
        why = "it follows its source" if row["action"] == Action.UPDATE else "it has no way back"
        yield f"not undone: {row['action']} {row['entity']} {row['label'] or ''} in {row['system']}: {why}"


def _run_id(night: Night, run: str) -> str:
    found = SQL.rows(night.warehouse.con, "run_named", run=run)
    if not found:
        raise ConfigurationError(f"There is no run {run}. `hsqbo status` shows the last one.", field="run", value=run)
    return str(found[0]["run_id"])


def reversal(night: Night, run_id: str) -> Iterator[Verdict]:
    """The verdict on every pair that the run wrote. Marks and figures of ours in HubSpot stay: they harm nobody.

    Payments come first, then invoices, then customers: what they free no longer holds up the next.
    """
    freed: dict[str, Decimal] = defaultdict(Decimal)
    for made in _everything_made(night, run_id):
        if made.operation["action"] == Action.CREATE:
            verdict = _unmake(made, night, freed)
            if verdict.operations:
                _free(made, night, freed)
            yield verdict
        elif made.operation["action"] in (Action.UPDATE, Action.LINK) and made.entity in _MASTERS:
            yield from _put_back(made, night)


def _free(made: Made, night: Night, freed: dict[str, Decimal]) -> None:
    """What ends in QuickBooks with this reversal: of each invoice the cash, of each customer the open balance."""
    row = made.rows[made.target]
    if made.target is not System.QUICKBOOKS or row is None:
        return
    if made.entity is Entity.PAYMENT:
        for each in SQL.rows(night.warehouse.con, "undo_applied", id=row["id"]):
            freed[f"invoice {each['invoice_id']}"] += each["amount"]
            freed[f"customer {row['customer_id']}"] -= each["amount"]
    elif made.entity is Entity.INVOICE:
        freed[f"customer {row['customer_id']}"] += row["total"] or 0


def _everything_made(night: Night, run_id: str) -> Iterator[Made]:
    """Each operation of the run with both records as they stand now, later waves first."""
    con = night.warehouse.con
    done = SQL.rows(con, "undo_operations", run_id=run_id)
    current = {entity: _current(con, entity, done) for entity in Entity}
    for row in done:
        entity, target = Entity(row["entity"]), System(row["system"])
        ids = {side: row[f"now_{side.value}_id"] for side in System}
        rows = {side: current[entity].get((side.value, ids[side] or "")) for side in System}
        stands = rows[target]
        payload = None
        if stands is not None and ids[target] is not None:
            payload = mirror.payloads(con, target.value, stands["object"], [ids[target]]).get(ids[target])
        yield Made(row, entity, target, ids, rows, payload)


def _current(con: duckdb.DuckDBPyConnection, entity: Entity, done: list[Row]) -> dict[tuple[str, str], Row]:
    mine = [row for row in done if row["entity"] == entity.value]
    wanted = {side.value: [found for row in mine if (found := row[f"now_{side.value}_id"])] for side in System}
    return current_rows(con, entity, wanted)


def _unmake(made: Made, night: Night, freed: Mapping[str, Decimal]) -> Verdict:
    """The end of what the run made, or the reason why it stays."""
    row = made.rows[made.target]
    if row is None or made.target_id is None:
        return made.verdict("REF_REMOTE_GONE", slots={"id": made.target_id, "system": made.target.value})
    refused = _touched_since(made, row, night) or _refused(made, row, night, freed)
    if refused is not None:
        return refused
    step = _ending_step(made, row)
    if step is None:
        return made.verdict(
            "VAL_BUSINESS_RULE", slots={"short": "items of QuickBooks are never made inactive by a sync"}
        )
    return made.verdict(
        "OPS_PAUSED_BY_USER",
        slots={"who": night.request.approved_by, "date": night.situation.today, "why": "undone"},
        operations=(_operation(made, night, step, _end(made), row=row),),
    )


def _end(made: Made) -> Action:
    """A document ends voided; HubSpot's payments and all other records are archived."""
    voided = made.entity is Entity.INVOICE or (made.entity is Entity.PAYMENT and made.target is System.QUICKBOOKS)
    return Action.VOID if voided else Action.ARCHIVE


def _touched_since(made: Made, row: Row, night: Night) -> Verdict | None:
    """What a person has worked on since is theirs now, and stays."""
    if made.entity in _DOCUMENTS:
        amount = row.get("total") if made.entity is Entity.INVOICE else row.get("amount")
        apart = ["amount"] if made.operation["amount"] not in (None, amount) else []
    else:
        # What is only written at creation has no place on the other side to be compared with.
        fields = [one for one in field_map(made.entity, night.rules) if getattr(one, made.target.value)]
        now = values(row, fields)
        changes = json.loads(made.operation["changes"])
        apart = [each["field"] for each in changes if each["field"] in now and now[each["field"]] != each["after"]]
    return made.verdict("CONF_HELD", slots={"fields": apart}) if apart else None


def _refused(made: Made, row: Row, night: Night, freed: Mapping[str, Decimal]) -> Verdict | None:
    """Paid, deposited, closed, filed or sent documents stay, and so does one whose number stands on another (H6, H12)."""
    if made.target is not System.QUICKBOOKS or made.entity is Entity.PRODUCT:
        return None
    if made.entity is Entity.CUSTOMER:
        owed = (row["balance"] or 0) - freed.get(f"customer {row['id']}", 0)
        slots = {
            "id": row["id"],
            "object": "Customer",
            "system": "quickbooks",
            "short": f"it has a balance of {owed:.2f}",
        }
        return made.verdict("DEL_HAS_BALANCE", slots=slots) if owed else None
    period = _period(made, row.get("invoice_date") or row.get("paid_on"), night)
    return period or (_invoice(made, row, night, freed) if made.entity is Entity.INVOICE else _payment(made))


def _period(made: Made, day: date | None, night: Night) -> Verdict | None:
    situation = night.situation
    closed = situation.company.closed_until
    if day is not None and closed is not None and day <= closed:
        return made.verdict("PER_CLOSED", slots={"date": day, "closed": closed})
    year = fiscal_year_start(situation.today, situation.company.fiscal_year_start_month)
    if day is not None and day < year:
        return made.verdict("PER_PRIOR_YEAR", slots={"date": day, "closed": year})
    return None


def _invoice(made: Made, row: Row, night: Night, freed: Mapping[str, Decimal]) -> Verdict | None:
    paid = (row["total"] or 0) - (row["balance"] or 0) - freed.get(f"invoice {row['id']}", 0)
    if paid != 0:
        return made.verdict("INV_LOCKED_BY_PAYMENT", slots={"amount": f"{paid:.2f}"})
    if row.get("email_status") == "EmailSent":
        return made.verdict("VAL_BUSINESS_RULE", slots={"short": "the invoice was e-mailed to the customer"})
    again = SQL.rows(night.warehouse.con, "undo_number_again", number=row["number"], id=row["id"])
    if again:
        slots = {"number": row["number"], "holder": f"{again[0]['object']} {again[0]['id']}"}
        return made.verdict("INV_NUMBER_TAKEN", slots=slots)
    return None


def _payment(made: Made) -> Verdict | None:
    linked = (made.payload or {}).get("LinkedTxn") or []
    if any(each.get("TxnType") == "Deposit" for each in linked):
        return made.verdict("VAL_BUSINESS_RULE", slots={"short": "the payment was deposited"})
    return None


def _ending_step(made: Made, row: Row) -> Step | None:
    target_id, version = made.target_id, row.get("version")
    name = OBJECTS[made.entity][made.target] if made.entity is not Entity.CUSTOMER else row["object"]
    if made.target is System.QUICKBOOKS:
        if made.entity in (Entity.INVOICE, Entity.PAYMENT):
            return Step(1, System.QUICKBOOKS, name, StepAction.VOID, {}, target=target_id, version=version)
        if made.entity is Entity.CUSTOMER:
            return Step(1, System.QUICKBOOKS, name, StepAction.ARCHIVE, {}, target=target_id, version=version)
        return None
    if made.entity is Entity.INVOICE:
        body = {"hs_invoice_status": "voided"}
        return Step(1, System.HUBSPOT, name, StepAction.UPDATE, body, target=target_id, version=version)
    return Step(1, System.HUBSPOT, name, StepAction.ARCHIVE, {}, target=target_id, version=version)


def _operation(
    made: Made,
    night: Night,
    step: Step,
    action: Action,
    changes: tuple[FieldChange, ...] = (),
    row: Row | None = None,
) -> Operation:
    """The reversal as an operation. Where the record ends, its link ends too and a tombstone stays on both sides."""
    source = made.target.other
    source_id = made.ids[source] or made.target_id or ""
    sequence = night.situation.sequences.get((made.entity, source, source_id), 0)
    on_done: dict[str, Any] = {}
    if action in (Action.VOID, Action.ARCHIVE):
        hubspot_id, quickbooks_id = made.ids[System.HUBSPOT], made.ids[System.QUICKBOOKS]
        on_done = {
            "unlink": [hubspot_id, quickbooks_id],
            "tombstone": {"entity": made.entity.value, "system": source.value, "id": source_id, "partner_id": made.target_id, "reason": "undone"},
        }  # fmt: skip
    return Operation(
        operation_id=operation_id(
            night.situation.company.realm, made.entity, source, source_id, f"undo-{action.value}", sequence
        ),
        wave=_WAVES[made.entity],
        entity=made.entity,
        system=made.target,
        action=action,
        source_system=source,
        source_id=source_id,
        hubspot_id=made.ids[System.HUBSPOT],
        quickbooks_id=made.ids[System.QUICKBOOKS],
        label=made.operation["label"] or "",
        steps=(step,),
        changes=changes,
        warnings=_numbers(made, row),
        amount=made.operation["amount"],
        currency=made.operation["currency"],
        on_done=on_done,
    )


def _numbers(made: Made, row: Row | None) -> tuple[str, ...]:
    """A voided document keeps its number; nobody should look for the gap."""
    number = row.get("number") if row is not None and made.entity is Entity.INVOICE else None
    return (f"number {number} stays used in {made.target.value}",) if number else ()


def _put_back(made: Made, night: Night) -> Iterator[Verdict]:
    """The values that stood there before, where the run's own value still stands."""
    row = made.rows[made.target]
    changes = json.loads(made.operation["changes"])
    if row is None or not changes:
        return
    fields = field_map(made.entity, night.rules)
    now = values(row, fields)
    untouched = {c["field"]: c["before"] for c in changes if now.get(c["field"]) == c["after"]}
    if not untouched:
        yield made.verdict("CONF_HELD", slots={"fields": [c["field"] for c in changes]})
        return
    if made.target is System.HUBSPOT:
        body: dict[str, Any] = dict(
            hubspot_contact(untouched, fields) if made.entity is Entity.CUSTOMER else hubspot_product(untouched, fields)
        )
    elif made.entity is Entity.CUSTOMER:
        body = quickbooks_customer(untouched, made.payload, fields)
    else:
        body = quickbooks_item(untouched, made.payload, mapped=fields)
    step = Step(
        1, made.target, row["object"], StepAction.UPDATE, body, target=made.target_id, version=row.get("version")
    )
    told = tuple(FieldChange(name, now.get(name), before, "undone") for name, before in untouched.items())
    settle = {side.value: values(found, fields) if (found := made.rows[side]) else {} for side in System}
    settle[made.target.value] |= untouched
    yield made.verdict("OPS_UNCHANGED", operations=(_operation(made, night, step, Action.UPDATE, told),), settle=settle)
