"""The tables of docs/sandbox.md: control endpoints, faults, switches, and which test proves which point."""

from __future__ import annotations

import ast
import csv
import inspect
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, fields
from pathlib import Path

from hsqbo_pipeline.sandbox.frame import faults, switches
from hsqbo_pipeline_tests.docs.blocks import table
from hsqbo_pipeline_tests.docs.markers import TESTS, Test, all_tests, proofs

_NAMED = re.compile(r"(?i)\b(checklist|traps?)\s+(\d+(?:(?:\s*(?:,|and|to|-)\s*)\d+)*)")
_PREFIX = {"c": "HSC", "t": "HST"}


@dataclass(frozen=True)
class Point:
    """A point of a checklist, a trap or an open question. `tests` are named here where no test names the point."""

    id: str
    words: str
    tests: tuple[str, ...]
    not_simulated: str


def points() -> list[Point]:
    """Every point, in order."""
    with Path(__file__).with_name("sandbox_points.csv").open(encoding="utf-8", newline="") as stream:
        rows = list(csv.DictReader(stream))
    return [Point(row["id"], row["words"], tuple(row["tests"].split()), row["not_simulated"]) for row in rows]


def point_ids() -> list[str]:
    """The ids of all points."""
    return [point.id for point in points()]


def point_proofs() -> dict[str, list[Test]]:
    """Point -> its tests: by marker, by a docstring that names it (HubSpot's), or by the table."""
    found = {name: list(tests) for name, tests in proofs().items()}
    by_name: dict[str, list[Test]] = {}
    for test, _rules in all_tests(TESTS):
        by_name.setdefault(test.name, []).append(test)
        if "hubspot" in test.path:
            for name in _told(test.says):
                found.setdefault(name, []).append(test)
    for point in points():
        for name in point.tests:
            found.setdefault(point.id, []).extend(by_name[name])
    return {name: sorted(set(tests)) for name, tests in found.items()}


def _told(docstring: str) -> Iterator[str]:
    """`Checklist 6, traps 3 to 5: …` -> HSC6, HST3, HST4, HST5."""
    for match in _NAMED.finditer(docstring):
        parts = re.findall(r"\d+|to|-", match[2])
        numbers: list[int] = []
        for place, part in enumerate(parts):
            if part in ("to", "-"):
                numbers += range(numbers[-1] + 1, int(parts[place + 1]))
            else:
                numbers.append(int(part))
        yield from (f"{_PREFIX[match[1][0].lower()]}{number}" for number in numbers)


def without_test() -> set[str]:
    """The points that have no test yet: a list that a person keeps, told in the table as such."""
    return set(Path(__file__).with_name("sandbox_open.txt").read_text(encoding="utf-8").split())


def point_table(prefix: str) -> str:
    """The points whose id begins so, each with its tests."""
    found = point_proofs()
    return table(
        ("Point", "What it says", "Proven by"),
        ((each.id, each.words, _proven(each, found)) for each in points() if re.match(rf"{prefix}[\d-]", each.id)),
    )


def _proven(point: Point, found: Mapping[str, list[Test]]) -> str:
    tests = found.get(point.id, [])
    links = "<br>".join(f"[{test.name.removeprefix('test_')}](../{test.path})" for test in tests)
    return links or (f"not simulated: {point.not_simulated}" if point.not_simulated else "no test yet")


def switch_table() -> str:
    """Every switch with its default and what it decides."""
    says = dict(_attribute_docs(inspect.getsource(switches.Switches)))
    rows = ((f"`{each.name}`", f"`{each.default}`", says[each.name]) for each in fields(switches.Switches))
    return table(("Switch", "Default", "What it decides"), rows)


def _attribute_docs(source: str) -> Iterator[tuple[str, str]]:
    """(attribute, the text below it) of a class."""
    body = ast.parse(source).body[0]
    assert isinstance(body, ast.ClassDef)
    for node, below in zip(body.body, body.body[1:], strict=False):
        if isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name) and isinstance(below, ast.Expr):
            assert isinstance(below.value, ast.Constant)
            yield node.target.id, str(below.value.value)


def fault_kinds() -> str:
    """The faults that can be asked for."""
    return ", ".join(f"`{kind}`" for kind in _sorted(faults.KINDS)) + "."


def _sorted(kinds: Iterable[str]) -> list[str]:
    return sorted(kinds, key=lambda kind: (not kind[0].isdigit(), kind))
