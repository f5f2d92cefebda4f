"""Which QuickBooks invoices come along, before anything is looked at in detail."""

from __future__ import annotations

from hsqbo_pipeline.core.decisions import Situation, Verdict
from hsqbo_pipeline.core.filters import unmet
from hsqbo_pipeline.core.invoices.cases import Case
from hsqbo_pipeline.model.names import Entity, System


def kept_out(case: Case, situation: Situation) -> Verdict | None:
    """Why a QuickBooks invoice without a partner is not shown in HubSpot, by a rule that a person has set."""
    row = case.row(System.QUICKBOOKS)
    rules = situation.rules
    if row["mark"] and row["mark"].startswith("invoice "):
        # It was made from a HubSpot invoice that is gone; it does not come back as somebody else's (N5, H3).
        return case.verdict(
            "DEL_REMOTE_DELETED", slots={"system": "hubspot", "id": row["mark"].removeprefix("invoice ")}
        )
    if not rules.invoices.writes_to(System.HUBSPOT):
        return case.verdict("FLT_DIRECTION_OFF", slots={"object": "invoices", "direction": "quickbooks_to_hubspot"})
    if row["status"] == "voided":
        return case.verdict("FLT_STATUS", slots={"status": "voided", "allowed": "open or paid"})
    return before_start(case, situation, System.QUICKBOOKS) or filtered(case, situation, System.QUICKBOOKS)


def before_start(case: Case, situation: Situation, side: System) -> Verdict | None:
    """Invoices made at the start or before are left alone (A70)."""
    start, created = situation.rules.start_utc, case.row(side)["created_at"]
    if start is None or created is None or created > start:
        return None
    return case.verdict("FLT_BEFORE_START", slots={"date": created.date(), "start": start.date()})


def filtered(case: Case, situation: Situation, side: System) -> Verdict | None:
    """A person's own filter; it also stops changes of invoices that are linked already (1.28)."""
    groups = situation.rules.filter_groups(Entity.INVOICE, side)
    known = case.associated if side is System.HUBSPOT else {}
    condition = unmet(groups, case.pair.payloads[side] or {}, side, known) if groups else None
    return case.verdict("FLT_CUSTOM", slots={"condition": condition}) if condition else None
