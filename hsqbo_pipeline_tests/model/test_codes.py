"""The table of reasons: complete, unambiguous, and told in words that can be shown to anyone."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import hsqbo_pipeline
from hsqbo_pipeline.model.codes import CODES, Class, Code, Retry, State, mask_emails, render, slots_in
from hsqbo_pipeline.model.codes import _neutral_words as neutral_words

ADDED = {
    "OPS_OTHER_SYNC_ACTIVE",
    "SYS_STATE_LOST",
    "PAY_NO_DOCUMENT",
    "PAY_REFUND_UNBOOKED",
    "PAY_DISPUTED",
    "PAY_CREDIT_NOT_SHOWN",
    "INV_REMOTE_HEADER_CHANGED",
    "INV_LINKED_TXN",
    "TAX_RECALCULATED",
    "TAX_POLICY_MISSING",
    "PER_PRIOR_YEAR",
    "ITM_BEFORE_STOCK_START",
    "CUS_SUB_CUSTOMER",
    "ID_QBO_MERGED",
    "DIM_REQUIRED",
    "CFG_FIELD_CATEGORY",
}
OWN = {"AUTH_ENDS_SOON", "CFG_INVALID", "OPS_OTHER_RUN", "SYS_DISK_FULL", "SYS_STATE_UNUSABLE"}
EMAIL = re.compile(r"\w@\w")
LOOKS_LIKE_A_CODE = re.compile(
    r"[\"'](?P<code>(?:AUTH|RATE|SYS|CFG|FLT|DIR|ID|ITM|CUS|INV|TAX|CUR|PER|PAY|REF|VAL|CONF|DEL|FEE|REC|OPS|DIM)"
    r"_[A-Z_]{3,})[\"']"
)
# Words of the systems' own that look like ours.
NOT_OURS = {"RATE_LIMITS", "RATE_LIMIT"}


@pytest.mark.rule("A82", "A96")
def test_every_number_is_there_once() -> None:
    """D1 to D102 are all in the table, each once, and the rest are exactly the codes added to them."""
    numbered = [code.number for code in CODES.values() if code.number]
    assert sorted(numbered, key=lambda number: int(number[1:])) == [f"D{n}" for n in range(1, 103)]
    assert {name for name, code in CODES.items() if not code.number} == ADDED | OWN


@pytest.mark.parametrize("code", CODES.values(), ids=lambda code: code.name)
def test_a_code_is_whole(code: Code) -> None:
    """Each code has a sentence and a fix that end in a full stop and hold no address; its slots have neutral words."""
    assert code.sentence.endswith(".")
    assert code.fix.endswith(".")
    assert not EMAIL.search(code.sentence + code.fix)
    assert code.slots <= set(neutral_words())
    assert "klass" not in code.slots


@pytest.mark.parametrize("code", CODES.values(), ids=lambda code: code.name)
def test_a_code_renders_without_any_slot(code: Code) -> None:
    """A forgotten slot becomes a neutral word: no brace, no None, no lower-case beginning."""
    text = render(code.name)
    for part in text:
        assert "{" not in part
        assert "None" not in part
        assert part[0].isupper() or part[0] in "`"


@pytest.mark.parametrize("code", CODES.values(), ids=lambda code: code.name)
def test_class_and_retry_fit(code: Code) -> None:
    """What keeps a record out by a rule is not retried; what fails always says when it is tried again."""
    if code.klass is Class.EXCLUDED:
        assert code.retry is Retry.NONE
    if code.klass is Class.FAILING and code.name != "SYS_FAULT_IN_SUCCESS":
        assert code.retry is not Retry.NONE


@pytest.mark.rule("A78", "D96")
@pytest.mark.parametrize(
    ("name", "state"),
    [
        ("OPS_UNCHANGED", State.IN_SYNC),
        ("DEL_VOIDED", State.IN_SYNC),
        ("INV_WAITING_PARENT", State.WAITING),
        ("OPS_AWAITING_APPROVAL", State.WAITING),
        ("FLT_STATUS", State.EXCLUDED),
        ("ITM_SKU_DUPLICATE", State.FAILING),
        ("AUTH_QBO_EXPIRED", State.BLOCKED),
    ],
)
def test_the_state_follows_from_the_class(name: str, state: State) -> None:
    """A warning is in step, something skipped waits, and only an unchanged record that was skipped is in step."""
    assert CODES[name].state is state


@pytest.mark.rule("D53", "D62", "D94")
@pytest.mark.parametrize(
    ("name", "usual", "other"),
    [
        ("INV_LINE_UNMATCHED", Class.FAILING, Class.WARNING),
        ("INV_STALE_VERSION", Class.SKIPPED, Class.FAILING),
        ("REC_TOTAL_VARIANCE", Class.WARNING, Class.FAILING),
        ("TAX_VARIANCE", Class.WARNING, Class.FAILING),
        ("INV_FINALISED_NUMBER", Class.WARNING, Class.FAILING),
        ("DIR_NOT_OWNER", Class.EXCLUDED, Class.WARNING),
    ],
)
def test_a_code_with_two_classes_takes_only_those(name: str, usual: Class, other: Class) -> None:
    """Whoever gives such a code may choose the alternative, and nothing else."""
    code = CODES[name]
    assert code.klass_of({}) is usual
    assert code.klass_of({"klass": other.value}) is other
    assert code.state_of({"klass": other}) is other.state
    with pytest.raises(ValueError, match=name):
        code.klass_of({"klass": "BLOCKED"})


def test_values_are_written_as_people_write_them() -> None:
    """Amounts have no exponent, days are ISO, lists have commas, systems their proper names, all on one line."""
    assert "0.0000001 " in render("PAY_UNAPPLIED", amount=Decimal("1E-7")).sentence
    assert "2026-11-30" in render("PER_CLOSED", date=date(2026, 11, 30)).sentence
    assert "2026-11-30 10:05" in render("OPS_PAUSED_BY_USER", date=datetime(2026, 11, 30, 10, 5, tzinfo=UTC)).sentence
    assert "city, phone" in render("CONF_HELD", fields=["city", "phone"]).sentence
    assert "city: Oslo" in render("CONF_BOTH_CHANGED", loser={"city": "Oslo"}).sentence
    assert "HubSpot gave no answer" in render("SYS_OUTCOME_UNCERTAIN", system="hubspot").sentence
    assert "\n" not in render("CUS_NAME_ILLEGAL", name="a\nb").sentence


@pytest.mark.rule("D31", "D32")
def test_sentences_hold_no_addresses() -> None:
    """An address inside a value is masked."""
    assert "ada@example.com" not in render("CUS_DISPLAY_NAME_TAKEN", name="ada@example.com").sentence
    assert "a…@example.com" in render("CUS_DISPLAY_NAME_TAKEN", name="ada@example.com").sentence


@given(name=st.sampled_from(sorted(CODES)), values=st.dictionaries(st.sampled_from(sorted(neutral_words())), st.text()))
def test_rendering_never_raises(name: str, values: dict[str, str]) -> None:
    """Whatever the values hold, braces included, the sentence is made and holds each value that it asks for."""
    sentence = render(name, **values).sentence
    values = {slot: value for slot, value in values.items() if value not in neutral_words().values()}
    for slot in slots_in(CODES[name].sentence) & set(values):
        assert mask_emails(" ".join(values[slot].split())) in sentence


def test_an_unknown_code_is_told_as_such() -> None:
    """A code from a newer version does not break an older report."""
    assert "BRAND_NEW" in render("BRAND_NEW").sentence


def test_no_module_uses_a_code_that_is_not_in_the_table() -> None:
    """A misspelt code would end in a report as an unknown refusal."""
    package = Path(hsqbo_pipeline.__file__).parent
    used = {
        (found["code"], path.relative_to(package).as_posix())
        for pattern in ("*.py", "*.sql")
        for path in package.rglob(pattern)
        if "sandbox" not in path.parts
        for found in LOOKS_LIKE_A_CODE.finditer(path.read_text(encoding="utf-8"))
    }
    families = {pair for pair in used if pair[0].endswith("_") and any(code.startswith(pair[0]) for code in CODES)}
    assert {pair for pair in used - families if pair[0] not in set(CODES) | NOT_OURS} == set()
    assert ("OPS_OTHER_RUN", "errors.py") in used


@pytest.mark.rule("1.34")
def test_every_code_has_a_category_and_no_sentence_shows_an_address() -> None:
    """Each code names its category; an e-mail address that a sentence is told comes out cut, whatever slot it is in."""
    address = "ada.lovelace@example.com"
    for code, entry in CODES.items():
        assert entry.category.value, code
        told = render(code, **dict.fromkeys(slots_in(entry.sentence + entry.fix), address))
        assert address not in told.sentence + told.fix, code
