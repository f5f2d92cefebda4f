"""docs/rules.md: every rule and code, where it is built, and the tests that prove it."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from hsqbo_pipeline.model.codes import CODES, Code
from hsqbo_pipeline_tests.docs.blocks import table
from hsqbo_pipeline_tests.docs.codes import with_slots
from hsqbo_pipeline_tests.docs.markers import ROOT, Test

HERE = Path(__file__).parent
PACKAGE = ROOT / "hsqbo_pipeline"
OPEN_FILE = HERE / "open.txt"
CODES_FILE = HERE / "codes_not_applicable.csv"
_NO_CODE_HERE = ("model/codes.py", "model/codes.csv", "model/texts", "sandbox/")
_GROUPS = {
    "A": "What HubSpot's own sync does (A1–A98)",
    "N": "What was decided where that is silent or wrong (N1–N17)",
    "H": "What would harm real books (H1–H33)",
    "1": "Sentence by sentence (1.1–1.37)",
    "E": "Features of their own",
}


@dataclass(frozen=True)
class Rule:
    """A rule in our words. `where` are paths below the package (or `docs:` a document); `reason` why there is no test."""

    id: str
    words: str
    where: tuple[str, ...]
    reason: str


def rules() -> list[Rule]:
    """The rules in the order of their ids."""
    with (HERE / "rules.csv").open(encoding="utf-8", newline="") as stream:
        rows = list(csv.DictReader(stream))
    return [Rule(row["id"], row["words"], tuple(row["where"].split()), row["not_applicable"]) for row in rows]


def still_open() -> set[str]:
    """The ids that no test proves yet."""
    return set(OPEN_FILE.read_text(encoding="utf-8").split())


def shrink(proofs: Mapping[str, list[Test]]) -> None:
    """Take out of the open list what a test proves by now, or what has a reason. Nothing is ever added: that is a person's confession."""
    excused = reasons()
    left = [
        name
        for name in OPEN_FILE.read_text(encoding="utf-8").split()
        if not tests_of(name, proofs) and name not in excused
    ]
    OPEN_FILE.write_text("".join(f"{name}\n" for name in left), encoding="utf-8")


def ids() -> list[str]:
    """Every rule and every code that must have a row."""
    return [rule.id for rule in rules()] + list(CODES)


def tests_of(name: str, proofs: Mapping[str, list[Test]]) -> list[Test]:
    """The tests that carry a rule's id, or a code's name or number."""
    code = CODES.get(name)
    found = [*proofs.get(name, ()), *(proofs.get(code.number, ()) if code and code.number else ())]
    return sorted(set(found))


def reasons() -> dict[str, str]:
    """Id of a rule, or name of a code that nothing here can give -> why it needs no test."""
    with CODES_FILE.open(encoding="utf-8", newline="") as stream:
        codes = {row["code"]: row["not_applicable"] for row in csv.DictReader(stream)}
    return {rule.id: rule.reason for rule in rules() if rule.reason} | codes


def given_in() -> dict[str, list[str]]:
    """Code -> the modules and statements of the package that give it."""
    found: dict[str, list[str]] = {name: [] for name in CODES}
    files = [path for path in PACKAGE.rglob("*") if path.suffix in (".py", ".sql", ".csv")]
    for path in sorted(files):
        place = path.relative_to(PACKAGE).as_posix()
        if place.startswith(_NO_CODE_HERE):
            continue
        for name in set(re.findall(r"\b[A-Z]{2,4}_[A-Z_]+\b", path.read_text(encoding="utf-8"))) & found.keys():
            found[name].append(place)
    return found


def document(proofs: Mapping[str, list[Test]]) -> str:
    """The whole of docs/rules.md."""
    parts = [_HEAD, "## Not yet proven\n\n" + _open_text()]
    for letter, title in _GROUPS.items():
        group = [rule for rule in rules() if rule.id.startswith(letter)]
        parts.append(f"## {title}\n\n" + table(("Rule", "In short", "Built in", "Proven by"), _rows(group, proofs)))
    parts.append("## Codes\n\n" + _CODES_TEXT + "\n\n" + _codes(proofs))
    return "\n\n".join(parts) + "\n"


_HEAD = """# The rules, and their proof

Made by `python -m hsqbo_pipeline_tests.docs.generate` from the tests' markers; do not edit by hand.

A test names the rules it proves with `@pytest.mark.rule("A22", "N4")`. This page lists, for every rule of the sync and
every code of the failure report, where it is built and which tests carry it. The numbers are those of the project's
requirements: A is what HubSpot's own QuickBooks sync does, N what its help page leaves open, H what would harm real
books. A rule that has neither a test nor a reason is in the first list."""

_CODES_TEXT = """What a person reads for each code, and what to do about it, is in [codes.md](codes.md). "Given in" lists
the files that contain the code's name; "nowhere yet" means exactly that."""


def _open_text() -> str:
    left = sorted(still_open(), key=_order)
    if not left:
        return "Every rule and every code has a test."
    return f"{len(left)} of {len(ids())} have no test that carries them: {', '.join(f'`{name}`' for name in left)}."


def _order(name: str) -> tuple[int, int, str]:
    order = {rule: place for place, rule in enumerate(ids())}
    return 0, order.get(name, len(order)), name


def _rows(group: Iterable[Rule], proofs: Mapping[str, list[Test]]) -> Iterable[tuple[str, str, str, str]]:
    for rule in group:
        proven = _links(tests_of(rule.id, proofs)) or (f"not applicable: {rule.reason}" if rule.reason else "open")
        yield rule.id, rule.words, "<br>".join(_place(place) for place in rule.where) or "–", proven


def _codes(proofs: Mapping[str, list[Test]]) -> str:
    given = given_in()
    return table(
        ("Code", "No.", "In short", "Given in", "Proven by"),
        (
            (f"`{code.name}`", code.number, with_slots(code.sentence), _given(given[code.name]), _proven(code, proofs))
            for code in CODES.values()
        ),
    )


def _given(places: list[str]) -> str:
    shown = "<br>".join(_place(place) for place in places[:3]) or "nowhere yet"
    return f"{shown}<br>and {len(places) - 3} more" if len(places) > 3 else shown


def _proven(code: Code, proofs: Mapping[str, list[Test]]) -> str:
    reason = reasons().get(code.name)
    return _links(tests_of(code.name, proofs)) or (f"not applicable: {reason}" if reason else "open")


def _place(path: str) -> str:
    if path.startswith("docs:"):
        return f"[{path[5:]}]({path[5:]})"
    return f"[{path.removesuffix('.py')}](../hsqbo_pipeline/{path})"


def _links(tests: Iterable[Test]) -> str:
    return "<br>".join(f"[{test.name.removeprefix('test_')}](../{test.path})" for test in tests)
