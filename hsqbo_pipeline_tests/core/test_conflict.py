"""Which side's value stands."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hsqbo_pipeline.core.conflict import FieldRule, Outcome, resolve, settled
from hsqbo_pipeline.model.names import System

BOTH = frozenset(System)
values = st.one_of(st.none(), st.sampled_from(["a", "b", "c"]))


def base(hubspot: str | None, quickbooks: str | None) -> dict[System, dict[str, str | None]]:
    return {System.HUBSPOT: {"phone": hubspot}, System.QUICKBOOKS: {"phone": quickbooks}}


def one(rule: FieldRule, hubspot: str | None, quickbooks: str | None, baseline=None):
    return resolve([rule], {"phone": hubspot}, {"phone": quickbooks}, baseline)[0]


@pytest.mark.rule("N10", "A51")
def test_a_change_on_one_side_flows_to_the_other() -> None:
    """N10: what changed on one side only is written to the other."""
    verdict = one(FieldRule("phone", BOTH), "new", "old", base("old", "old"))
    assert (verdict.outcome, verdict.to, verdict.value, verdict.conflict) == (
        Outcome.WRITE,
        System.QUICKBOOKS,
        "new",
        False,
    )


@pytest.mark.rule("N10", "OPS_UNCHANGED")
def test_the_same_change_on_both_sides_is_agreed() -> None:
    """N10: both sides changed alike need no write and raise no conflict."""
    assert one(FieldRule("phone", BOTH), "new", "new", base("old", "old")).outcome is Outcome.AGREED


@pytest.mark.rule("N10", "A51", "CONF_BOTH_CHANGED")
@pytest.mark.parametrize(
    ("winner", "to", "value"), [("quickbooks", System.HUBSPOT, "q"), ("hubspot", System.QUICKBOOKS, "h")]
)
def test_a_real_conflict_goes_to_the_winner_and_names_the_loser(winner: str, to: System, value: str) -> None:
    """N10: both changed differently: the configured winner stands and the loser's value is kept for the report."""
    verdict = one(FieldRule("phone", BOTH, winner=winner), "h", "q", base("old", "old"))
    assert (verdict.to, verdict.value, verdict.conflict) == (to, value, True)
    assert verdict.loser == ("h" if winner == "quickbooks" else "q")


@pytest.mark.rule("A51", "CONF_HELD")
@pytest.mark.parametrize("winner", ["hold", "newest"])
def test_a_held_conflict_keeps_its_old_baseline(winner: str) -> None:
    """A held field stays a conflict until a person decides."""
    old = base("old", "old")
    verdicts = resolve([FieldRule("phone", BOTH, winner=winner)], {"phone": "h"}, {"phone": "q"}, old)
    assert verdicts[0].outcome is Outcome.HELD
    assert settled(verdicts, {"phone": "h"}, {"phone": "q"}, old) == old


@pytest.mark.rule("N10")
@pytest.mark.parametrize("baseline", [base("old", "old"), base("older", "old")])
def test_a_blank_never_overwrites_and_is_not_refilled(baseline: dict) -> None:
    """N10: an emptied field is left empty and the other side keeps its value, on that night and on every later one."""
    rule = FieldRule("phone", BOTH)
    first = resolve([rule], {"phone": "old"}, {"phone": None}, baseline)
    assert first[0].outcome is Outcome.KEPT
    again = resolve(
        [rule], {"phone": "old"}, {"phone": None}, settled(first, {"phone": "old"}, {"phone": None}, baseline)
    )
    assert again[0].outcome is Outcome.KEPT


@pytest.mark.rule("H20")
def test_the_first_link_fills_blanks_and_leaves_differences() -> None:
    """H20: without a baseline blanks are filled in both directions and differing values stay."""
    assert one(FieldRule("phone", BOTH), None, "q").to is System.HUBSPOT
    assert one(FieldRule("phone", BOTH), "h", None).to is System.QUICKBOOKS
    assert one(FieldRule("phone", BOTH), "h", "q").outcome is Outcome.KEPT
    assert one(FieldRule("phone", BOTH, first_link="winner"), "h", "q").value == "q"


@pytest.mark.rule("A36", "REC_DRIFT")
def test_a_one_way_field_edited_on_its_target_is_kept_until_the_source_changes() -> None:
    """A one-way field's edit on the wrong side is neither undone nor carried; the source's next change overwrites it."""
    rule = FieldRule("phone", frozenset({System.HUBSPOT}))
    first = resolve([rule], {"phone": "edited"}, {"phone": "old"}, base("old", "old"))
    assert first[0].outcome is Outcome.KEPT
    kept = settled(first, {"phone": "edited"}, {"phone": "old"}, base("old", "old"))
    later = resolve([rule], {"phone": "edited"}, {"phone": "new"}, kept)[0]
    assert (later.outcome, later.to, later.value) == (Outcome.WRITE, System.HUBSPOT, "new")


@pytest.mark.rule("N10", "1.28", "1.32", "D27")
@pytest.mark.parametrize(
    ("winner", "first", "then"),
    [("hubspot", Outcome.SHUT, "h"), ("hold", Outcome.HELD, None), ("quickbooks", Outcome.WRITE, "q")],
)
def test_a_filter_takes_nobodys_side(winner: str, first: Outcome, then: str | None) -> None:
    """What a filter keeps out of QuickBooks loses to QuickBooks' change only if QuickBooks wins; else it waits for the filter."""
    old = base("old", "old")
    rule = FieldRule("phone", frozenset({System.HUBSPOT}), shut=frozenset({System.QUICKBOOKS}), winner=winner)
    verdicts = resolve([rule], {"phone": "h"}, {"phone": "q"}, old)
    assert verdicts[0].outcome is first
    if first is not Outcome.WRITE:
        kept = settled(verdicts, {"phone": "h"}, {"phone": "q"}, old)
        opened = one(FieldRule("phone", BOTH, winner=winner), "h", "q", kept)
        assert (opened.value, opened.conflict) == (then, True)


@pytest.mark.rule("N12")
def test_a_create_only_field_never_follows() -> None:
    """N12: DisplayName, item type, currency and parent are written at creation only."""
    assert one(FieldRule("phone", BOTH, create_only=True), "new", "old", base("old", "old")).outcome is Outcome.AGREED


@pytest.mark.rule("N10", "E1")
@given(
    values,
    values,
    st.one_of(st.none(), st.tuples(values, values)),
    st.sets(st.sampled_from(list(System))),
    st.sets(st.sampled_from(list(System))),
    st.sampled_from(["hubspot", "quickbooks", "hold"]),
)
def test_a_second_look_writes_nothing(hubspot, quickbooks, old, targets, shut, winner) -> None:
    """Whatever was decided, once it is written and settled the next night finds nothing to write, filters or not."""
    rule = FieldRule("phone", frozenset(targets) - shut, shut=frozenset(shut), winner=winner)
    baseline = None if old is None else base(*old)
    sides = {System.HUBSPOT: {"phone": hubspot}, System.QUICKBOOKS: {"phone": quickbooks}}
    verdicts = resolve([rule], sides[System.HUBSPOT], sides[System.QUICKBOOKS], baseline)
    next_baseline = settled(verdicts, sides[System.HUBSPOT], sides[System.QUICKBOOKS], baseline)
    for verdict in verdicts:
        if verdict.outcome is Outcome.WRITE:
            assert verdict.to in rule.targets
            sides[verdict.to][verdict.name] = verdict.value
    again = resolve([rule], sides[System.HUBSPOT], sides[System.QUICKBOOKS], next_baseline)
    assert [v for v in again if v.outcome is Outcome.WRITE] == []
