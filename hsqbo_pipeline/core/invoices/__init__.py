"""Invoices with their lines: what each due invoice needs on either side, or why it must not be touched."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import duckdb

from hsqbo_pipeline.core.candidates import paused, rivalry
from hsqbo_pipeline.core.decisions import Reason, Situation, Verdict
from hsqbo_pipeline.core.filters import associated_records
from hsqbo_pipeline.core.invoices import incoming, mirror, outgoing, owned
from hsqbo_pipeline.core.invoices.booked import figures_of
from hsqbo_pipeline.core.invoices.cases import Case, read_cases
from hsqbo_pipeline.core.invoices.company_lists import read_lists
from hsqbo_pipeline.core.invoices.drafts import Draft, Money, finish
from hsqbo_pipeline.core.invoices.endings import ending, unreadable
from hsqbo_pipeline.core.invoices.items import due_fallbacks, read_fallbacks
from hsqbo_pipeline.core.invoices.outgoing import Outbox
from hsqbo_pipeline.core.invoices.parents import Parents, read_parents
from hsqbo_pipeline.core.payments.cases import second_documents
from hsqbo_pipeline.core.payments.preview import money_moved
from hsqbo_pipeline.model.codes import render
from hsqbo_pipeline.model.names import Entity, System


def plan(con: duckdb.DuckDBPyConnection, situation: Situation) -> list[Verdict]:
    """The verdict on every due invoice or pair, oldest first. Customers and products of this run are decided before.

    What HubSpot is told of an invoice's balance includes the payments of this run, so these are looked at in between.
    """
    parents = read_parents(con, situation)
    lists = read_lists(con, situation)
    outbox = Outbox(lists, read_fallbacks(con, lists, situation))
    drafts = [decide(case, parents, outbox, situation) for case in _cases(con, situation)]
    moved = money_moved(con, situation, [draft.verdict for draft in drafts])
    found = [
        finish(draft, moved.get(draft.case.pair.ids[System.HUBSPOT] or "", Money()), situation) for draft in drafts
    ]
    seconds = second_documents(con, "invoice")
    return [*due_fallbacks(con), *outbox.fallbacks.verdicts, *(_second_document(each, seconds) for each in found)]


def _second_document(verdict: Verdict, seconds: Mapping[str, str]) -> Verdict:
    """An invoice of the books that a HubSpot workflow seems to have made for a payment we book ourselves (A28, A29)."""
    payment = seconds.get(verdict.quickbooks_id or "")
    if payment is None:
        return verdict
    said = render("HS_WORKFLOW_DUPLICATE", id=payment).sentence  # whoever approves the copy should read it there
    operations = tuple(replace(one, warnings=(*one.warnings, said)) for one in verdict.operations)
    verdict = replace(verdict, operations=operations)
    if verdict.code == "OPS_UNCHANGED":
        return replace(verdict, code="HS_WORKFLOW_DUPLICATE", slots={"id": payment})
    return replace(verdict, reasons=(*verdict.reasons, Reason("HS_WORKFLOW_DUPLICATE", {"id": payment})))


def _cases(con: duckdb.DuckDBPyConnection, situation: Situation) -> list[Case]:
    cases = [case for case in read_cases(con, situation.run_id) if not unreadable(case)]
    associated = associated_records(con, [case.pair for case in cases], situation, Entity.INVOICE)
    if not associated:
        return cases
    return [replace(case, associated=associated.get(case.pair.ids[System.HUBSPOT] or "", {})) for case in cases]


def decide(case: Case, parents: Parents, outbox: Outbox, situation: Situation) -> Draft:
    """The verdict on one invoice or pair, before the run's payments are known."""
    aside = _aside(case, situation)
    if aside is not None:
        return Draft(case, aside)
    if case.pair.kind in ("linked", "matched"):
        return _pair(case, parents, outbox, situation)
    if case.pair.rows[System.QUICKBOOKS] is None and case.pair.rows[System.HUBSPOT] is None:
        side = case.pair.single_side or System.QUICKBOOKS
        return Draft(case, case.verdict("DEL_REMOTE_DELETED", slots={"system": side.value, "id": case.pair.ids[side]}))
    if case.pair.single_side is System.HUBSPOT:
        return outgoing.create(case, parents, outbox, situation)
    return Draft(case, incoming.kept_out(case, situation) or mirror.create(case, parents, situation))


def _aside(case: Case, situation: Situation) -> Verdict | None:
    """Switched off, put aside by a person, or of several possible partners."""
    if not situation.rules.invoices.targets:
        return case.verdict("FLT_OBJECT_OFF", slots={"object": "invoices"})
    return paused(case.pair, situation) or rivalry(case.pair, "ID_AMBIGUOUS_MATCH", {"number": case.label})


def _resting(case: Case, situation: Situation) -> Verdict | None:
    """A pair that stays linked while a rule keeps it out: mirrors are not written, or a person made a draft of it again."""
    if case.owner is System.QUICKBOOKS and not situation.rules.invoices.writes_to(System.HUBSPOT):
        return case.verdict("FLT_DIRECTION_OFF", slots={"object": "invoices", "direction": "quickbooks_to_hubspot"})
    if case.owner is System.HUBSPOT and case.row(System.HUBSPOT)["status"] == "draft":
        return case.verdict("FLT_STATUS", slots={"status": "draft", "allowed": "open or paid"})
    return None


def _pair(case: Case, parents: Parents, outbox: Outbox, situation: Situation) -> Draft:
    ended = ending(case, situation)
    if ended is not None:
        return Draft(case, ended)
    resting = _resting(case, situation)
    if resting is not None:
        # What the books owe and are owed is told in any case; nothing else of the invoice goes either way (1.32).
        return Draft(case, resting, figures=figures_of(case) if case.owner is System.HUBSPOT else None)
    if case.owner is System.HUBSPOT:
        return owned.keep(case, parents, outbox, situation)
    return Draft(case, incoming.filtered(case, situation, System.QUICKBOOKS) or mirror.update(case, parents, situation))
