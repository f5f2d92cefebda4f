"""A small pair of books for the rules' tests: typed rows in DuckDB, one night after the other, and no API.

`Ledger` plans a night with the real rules and does to its rows what the planned steps say a system would do. Customers and
products are linked by hand: their own rules are tested elsewhere.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import replace

from hsqbo_pipeline.core import invoices, payments
from hsqbo_pipeline.core.decisions import Verdict
from hsqbo_pipeline.core.invoices.match import match_invoices
from hsqbo_pipeline.core.payments.match import match_payments
from hsqbo_pipeline.core.tables import insert
from hsqbo_pipeline.model.codes import CODES, Class
from hsqbo_pipeline.model.operations import Operation, Step, canonical_json
from hsqbo_pipeline_tests.core.ledger_company import COMPANY, NOW, PORTAL, REALM, RULES, SCHEMA, situation
from hsqbo_pipeline_tests.core.ledger_people import People

__all__ = ["COMPANY", "NOW", "PORTAL", "REALM", "RULES", "SCHEMA", "Ledger", "failing", "situation", "steps"]


class Ledger(People):
    """Both sides, and the nights between the days on which people change them."""

    # Nights -------------------------------------------------------------------------------------------------------------

    @property
    def run_id(self) -> str:
        """The run that is on, or comes next."""
        return f"run{self.night_number + 1}"

    def plan(self) -> tuple[list[Verdict], list[Verdict]]:
        """What the rules say of all that is due: invoices and payments."""
        now = replace(self.situation, run_id=self.run_id, run_number=self.night_number + 1)
        match_invoices(self.con, now)
        match_payments(self.con, now)
        found = invoices.plan(self.con, now)
        self._keep(found)
        return found, payments.plan(self.con, now)

    def night(self) -> list[Verdict]:
        """Plan, do it, and look at everything again the next night."""
        documents, money = self.plan()
        from hsqbo_pipeline_tests.core.ledger_apply import apply

        self.writes.clear()
        self.con.execute("DELETE FROM due")
        operations = [each for verdict in [*documents, *money] for each in verdict.operations]
        made = apply(self, operations)
        self._keep_baselines(documents, made)
        self.night_number += 1
        return [*documents, *money]

    def _keep(self, found: Iterable[Verdict]) -> None:
        insert(self.con, "verdicts", [{
            "run_id": self.run_id, "record_key": each.record_key, "entity": each.entity.value, "hubspot_id": each.hubspot_id,
            "quickbooks_id": each.quickbooks_id, "code": each.code, "slots": json.dumps(each.slots, default=str), "reasons": "[]", "candidates": "[]",
            "label": each.label, "operation_ids": [op.operation_id for op in each.operations], "covers": "[]",
        } for each in found])  # fmt: skip
        insert(self.con, "operations", [{
            "operation_id": op.operation_id, "plan_hash": "p", "run_id": self.run_id, "position": 1, "wave": op.wave.value, "entity": op.entity.value,
            "system": op.system.value, "action": op.action.value, "source_system": op.source_system.value, "source_id": op.source_id, "changes": "[]",
            "steps": canonical_json([{"body": step.body} for step in op.steps]).decode(), "warnings": "[]", "status": "planned",
        } for each in found for op in each.operations], replace=True)  # fmt: skip

    def _keep_baselines(self, found: Iterable[Verdict], made: Mapping[tuple[str, str, str], str]) -> None:
        for each in found:
            if each.settle is None or {op.operation_id for op in each.operations} & getattr(self, "missed", set()):
                continue
            hubspot = each.hubspot_id or made.get((each.entity.value, "hubspot", each.quickbooks_id or ""))
            quickbooks = each.quickbooks_id or made.get((each.entity.value, "quickbooks", each.hubspot_id or ""))
            insert(self.con, "baselines", [{
                "entity": each.entity.value, "hubspot_id": hubspot, "quickbooks_id": quickbooks, "hubspot_fields": json.dumps(each.settle["hubspot"]),
                "quickbooks_fields": json.dumps(each.settle["quickbooks"]), "run_id": self.run_id,
            }], replace=True)  # fmt: skip


def failing(verdicts: Iterable[Verdict]) -> dict[str, str]:
    """Codes of what a report would list, by record."""
    listed = (Class.FAILING, Class.WARNING, Class.BLOCKED)
    return {each.record_key: each.code for each in verdicts if CODES[each.code].klass_of(each.slots) in listed}


def steps(operations: Iterable[Operation]) -> list[Step]:
    """All steps of some operations in order."""
    return [step for operation in operations for step in operation.steps]
