"""What `hsqbo doctor` can find: each kind of finding with its weight, code, consequence and fix.

`texts/findings.en.csv` is the table. A finding without a text of its own there is told with the sentence and the fix of the
code it is found with.
"""

from __future__ import annotations

import csv
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from enum import StrEnum
from functools import cache
from importlib.resources import files
from typing import Any

from hsqbo_pipeline.model.codes import mask_emails, render


class Weight(StrEnum):
    """How much a finding matters."""

    STOPS = "stops"  # runs, or an object, stand still
    FAILS = "fails"  # some records will not come into step
    LOOK = "look"  # somebody should decide something
    NOTE = "note"  # good to know; nothing to do


@dataclass(frozen=True, slots=True)
class Finding:
    """One finding, told to a person: what is the case, what comes of it, what to do."""

    name: str
    weight: Weight
    code: str
    sentence: str
    consequence: str
    fix: str

    def as_row(self) -> dict[str, str]:
        """For tables and machines."""
        return {key: str(value) for key, value in asdict(self).items()}


def finding(name: str, /, code: str | None = None, **slots: Any) -> Finding:
    """A finding of the table with its slots filled. `code` is for those whose code differs from case to case.

    Raises KeyError for a name that is not in the table and for a slot that nobody filled.
    """
    row = _table()[name]
    said = render(code or row["code"], **slots)
    words = {key: _word(key, value) for key, value in slots.items()}
    texts = {part: row[part].format_map(words) for part in ("sentence", "consequence", "fix")}
    return Finding(
        name=name,
        weight=Weight(row["severity"]),
        code=code or row["code"],
        sentence=mask_emails(texts["sentence"] or said.sentence),
        consequence=mask_emails(texts["consequence"]),
        fix=texts["fix"] or said.fix,
    )


def in_order(findings: list[Finding]) -> list[Finding]:
    """The gravest first, each weight in the order of the table."""
    weights, names = list(Weight), list(_table())
    return sorted(findings, key=lambda one: (weights.index(one.weight), names.index(one.name), one.sentence))


def names() -> tuple[str, ...]:
    """All kinds of findings there are."""
    return tuple(_table())


def _word(slot: str, value: Any) -> str:
    if isinstance(value, int):
        return f"{value:,}"
    if isinstance(value, (list, tuple, frozenset)):
        return ", ".join(str(each) for each in value)
    return _SYSTEMS.get(str(value), str(value)) if slot == "system" else str(value)


_SYSTEMS = {"hubspot": "HubSpot", "quickbooks": "QuickBooks"}


@cache
def _table() -> Mapping[str, dict[str, str]]:
    text = files("hsqbo_pipeline.model").joinpath("texts/findings.en.csv").read_text(encoding="utf-8")
    return {row["finding"]: row for row in csv.DictReader(text.splitlines())}
