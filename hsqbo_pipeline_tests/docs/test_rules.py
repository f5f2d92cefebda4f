"""docs/rules.md tells of every rule and every code, and no more than is true."""

from __future__ import annotations

from pathlib import Path

from hsqbo_pipeline.model.codes import CODES
from hsqbo_pipeline_tests.docs import rules, sandbox
from hsqbo_pipeline_tests.docs.markers import ROOT, all_tests, proofs

_WANTED = [f"{letter}{n}" for letter, last in (("A", 98), ("N", 17), ("H", 33)) for n in range(1, last + 1)]


def test_every_rule_has_its_row() -> None:
    """A1 to A98, N1 to N17, H1 to H33 and every code stand in the document, once."""
    ids = rules.ids()
    assert [name for name in _WANTED if name not in ids] == []
    assert len(ids) == len(set(ids))
    text = rules.document(proofs())
    assert [name for name in ids if f"\n| {name} |" not in text and f"\n| `{name}` |" not in text] == []


def test_every_rule_is_proven_excused_or_confessed() -> None:
    """A rule without test has a reason why it needs none, or stands in the list of what is not yet proven."""
    found, excused, confessed = proofs(), rules.reasons(), rules.still_open()
    silent = [name for name in rules.ids() if not rules.tests_of(name, found) and name not in excused]
    assert [name for name in silent if name not in confessed] == []


def test_a_code_that_can_not_occur_is_given_nowhere() -> None:
    """A code is excused from a test only while no module or statement of the package gives it."""
    given = rules.given_in()
    assert [name for name in rules.reasons() if given.get(name)] == []


def test_the_open_list_only_shrinks() -> None:
    """What a test proves, or what is no rule, does not stand among the unproven (`generate` takes it out)."""
    found, ids = proofs(), set(rules.ids())
    assert [name for name in sorted(rules.still_open()) if name not in ids or rules.tests_of(name, found)] == []


def test_markers_name_rules_that_exist() -> None:
    """No test claims a rule, a code or a point of the sandbox's checklists that nobody has written down."""
    known = set(rules.ids()) | {code.number for code in CODES.values()} | set(sandbox.point_ids())
    assert [(test.name, sorted(claimed - known)) for test, claimed in all_tests() if claimed - known] == []


def test_places_exist() -> None:
    """Where a rule is said to be built there is a file."""
    missing = [(rule.id, place) for rule in rules.rules() for place in rule.where if not _place(place).is_file()]
    assert missing == []


def _place(place: str) -> Path:
    return ROOT / "docs" / place[5:] if place.startswith("docs:") else rules.PACKAGE / place
