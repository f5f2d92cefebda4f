"""Invoices that stand still after an edit in QuickBooks: a person says push, adopt or release, and the next nights keep to it."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from hsqbo_pipeline.reports.published import open_published
from hsqbo_pipeline.reports.worklist import questions
from hsqbo_pipeline.scenarios.reading import read
from hsqbo_pipeline.scenarios.stage import Stage, stage
from hsqbo_pipeline.scenarios.steps import do

FILE = Path(__file__).parent / "documents_standing.yaml"


def _answers(made: Stage, decisions: dict[str, str]) -> Path:
    with open_published(made.data) as con:
        keys = {row["record"]: row["record_key"] for row in questions(con)}
    path = made.data / "answers.csv"
    with path.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.DictWriter(stream, ("record_key", "decision"))
        writer.writeheader()
        writer.writerows({"record_key": keys[name], "decision": verb} for name, verb in decisions.items())
    return path


@pytest.mark.rule("A5", "N6", "N15", "H12", "FLT_STATUS", "INV_LOCKED_BY_PAYMENT", "REC_TOTAL_VARIANCE")
def test_a_person_settles_what_stands_still() -> None:
    """A5: `push` puts HubSpot's version back into the books, `adopt` takes the books' and leaves the difference told, `release`
    gives the invoice to QuickBooks, whose further edits then flow; nothing of it moves again in later nights. An invoice that
    was made a draft again rests until it is finished."""
    scenario = read(FILE)[0]
    given = [(system, entry) for system in ("quickbooks", "hubspot") for entry in scenario.given[system]]
    with stage(scenario, given) as made:
        assert [problem for step in scenario.steps for problem in do(made, step)] == []
        path = _answers(made, {"G-1": "push", "G-2": "adopt", "G-3": "release"})
        later = [
            {"cli": {"command": "decide", "file": str(path)}},
            {"run": 3},
            {"expect": _EXPECTED},
            {"person": [_EDIT_OF_WHAT_WAS_RELEASED, _FINISHED_AGAIN]},
            {"run": 4},
            {"expect": _RELEASED},
            {"run": 5},
            {"expect": {"writes": {"quickbooks": 0, "hubspot": 0}}},
        ]
        assert [problem for step in later for problem in do(made, step)] == []


_VARIANCES = [
    {"object": "invoice", "ref": "@h_adopt", "class": "WARNING", "code": "REC_TOTAL_VARIANCE", "mentions": ["80.00"]},
    {"object": "invoice", "ref": "@h_release", "class": "WARNING", "code": "REC_TOTAL_VARIANCE"},
    {"object": "invoice", "ref": "@h_paid", "class": "FAILING", "code": "INV_LOCKED_BY_PAYMENT"},
]
_EXPECTED = {
    "quickbooks": {
        "rows": [
            {"ref": "@q_push", "has": {"TotalAmt": 100.00, "Line[1].ServiceDate": "2026-11-20"}},
            {"ref": "@q_adopt", "has": {"TotalAmt": 80.00}, "unchanged_since_last_person_edit": True},
            {"ref": "@q_release", "has": {"TotalAmt": 70.00}, "unchanged_since_last_person_edit": True},
        ]
    },
    "hubspot": {"rows": [{"ref": "@h_adopt", "has": {"TOTAL": 100.00, "BALANCE": 80.00}}]},
    "report": _VARIANCES,
    "reconcile": {
        "USD": {"explained": {"@h_adopt": -20.00, "@h_release": -30.00, "@h_draft": 100.00}, "unexplained": 0.00}
    },
}
_EDIT_OF_WHAT_WAS_RELEASED = {
    "system": "quickbooks", "action": "update", "ref": "@q_release", "Invoice": {"CustomerMemo": "ours now"},
    "lines_patch": {1: {"UnitPrice": 60.00, "Amount": 60.00}},
}  # fmt: skip
_FINISHED_AGAIN = {
    "system": "hubspot",
    "action": "update",
    "ref": "@h_draft",
    "invoices": {"hs_invoice_status": "open"},
}
_RELEASED = {
    "quickbooks": {"rows": [{"ref": "@q_draft", "has": {"CustomerMemo": "in the making again", "TotalAmt": 100.00}}]},
    "hubspot": {"rows": [{"ref": "@h_release", "has": {"hs_comments": "ours now", "BALANCE": 60.00}}]},
    "report": _VARIANCES,
    "reconcile": {"USD": {"explained": {"@h_adopt": -20.00, "@h_release": -40.00}, "unexplained": 0.00}},
}
