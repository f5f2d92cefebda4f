"""The worklist's whole way round: a night asks, a person answers in the sheet, the next night does it."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from pathlib import Path

import pytest

from hsqbo_pipeline.reports.published import open_published
from hsqbo_pipeline.reports.worklist import questions
from hsqbo_pipeline.scenarios.reading import read
from hsqbo_pipeline.scenarios.stage import Stage, stage
from hsqbo_pipeline.scenarios.steps import do

FILE = Path(__file__).parent / "masters_worklist.yaml"


@pytest.fixture
def asked() -> Iterator[Stage]:
    """A night over two strangers at one address, a pair that differed when it was linked, and a held conflict."""
    scenario = read(FILE)[0]
    given = [(system, entry) for system in ("quickbooks", "hubspot") for entry in scenario.given[system]]
    with stage(scenario, given) as made:
        assert [problem for step in scenario.steps for problem in do(made, step)] == []
        yield made


def _answer(made: Stage, answers: dict[str, dict[str, str]]) -> Path:
    """The sheet as somebody saved it, by the record's own name."""
    with open_published(made.data) as con:
        rows = {row["record"]: row for row in questions(con)}
    assert set(rows) >= set(answers)
    path = made.data / "answers.csv"
    with path.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.DictWriter(stream, ("record_key", "decision", "partner", "why", "until"))
        writer.writeheader()
        writer.writerows({"record_key": rows[name]["record_key"], **answer} for name, answer in answers.items())
    return path


@pytest.mark.rule("H20", "D32", "D89", "A51", "REC_DRIFT", "CONF_HELD")
def test_a_night_asks_a_person_answers_and_the_next_night_acts(asked: Stage) -> None:
    """Values that differed at the first link, a held conflict and a shared address are asked once, and each answer is done
    in the next night; then nothing is asked any more."""
    with open_published(asked.data) as con:
        told = {row["record"]: row for row in questions(con)}
    assert (told["Ann Ash"]["field"], told["Ann Ash"]["hubspot_says"]) == ("phone, city", "phone: 2; city: Cambridge")
    assert (told["Bob Birch"]["hubspot_says"], told["Bob Birch"]["quickbooks_says"]) == ("Salem", "Boston")
    partner = asked.cast.find("@h_x").id
    path = _answer(
        asked,
        {
            "Ann Ash": {"decision": "hubspot"},
            "Bob Birch": {"decision": "quickbooks"},
            "Twin One": {"decision": "link", "partner": partner},
        },
    )
    assert do(asked, {"cli": {"command": "decide", "file": str(path)}}) == []
    expected = {
        "quickbooks": {"rows": [{"ref": "@c_a", "has": {"PrimaryPhone": "2", "BillAddr.City": "Cambridge"}}]},
        "hubspot": {"rows": [{"ref": "@h_b", "has": {"city": "Boston"}}]},
        "links": [{"object": "customer", "hubspot": "@h_x", "quickbooks": "@c_x"}],
    }
    assert do(asked, {"run": 3}) + do(asked, {"expect": expected}) == []
    with open_published(asked.data) as con:
        assert {row["record"] for row in questions(con)}.isdisjoint({"Ann Ash", "Bob Birch", "Twin One"})
    assert do(asked, {"run": 4}) + do(asked, {"expect": {"writes": {"quickbooks": 0, "hubspot": 0}}}) == []
