"""What of a run can't be taken back, and why (H6): books that are closed, filed, paid or sent, and what people changed since."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import date
from decimal import Decimal

from hsqbo_pipeline.core.decisions import Verdict
from hsqbo_pipeline.core.tables import Row
from hsqbo_pipeline.model.fields import field_map, values
from hsqbo_pipeline.model.names import Entity, System
from hsqbo_pipeline.model.rules import fiscal_year_start
from hsqbo_pipeline.runs.night import Night
from hsqbo_pipeline.runs.undo.made import SQL, Made

_DOCUMENTS = (Entity.INVOICE, Entity.PAYMENT)


def touched_since(made: Made, row: Row, night: Night) -> Verdict | None:
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


def refused(made: Made, row: Row, night: Night, freed: Mapping[str, Decimal]) -> Verdict | None:
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
