"""The tables of docs/codes.md: every code by category, with what it means and what to do."""

from __future__ import annotations

from collections.abc import Iterator

from hsqbo_pipeline.model.codes import CODES, Category, Code, slots_in
from hsqbo_pipeline_tests.docs.blocks import table

_COLUMNS = ("Code", "No.", "State", "Who acts", "Again", "What is the matter", "What to do")


def code_tables() -> str:
    """One table per category, in the order of the report."""
    return "\n\n".join(_part(category) for category in Category if any(_of(category)))


def _part(category: Category) -> str:
    return f"## {category.value.capitalize()}\n\n{table(_COLUMNS, (_row(code) for code in _of(category)))}"


def _of(category: Category) -> Iterator[Code]:
    return (code for code in CODES.values() if code.category is category)


def _row(code: Code) -> tuple[str, ...]:
    texts = with_slots(code.sentence), with_slots(code.fix)
    return (f"`{code.name}`", code.number, _state(code), code.owner.value, code.retry.value.replace("_", " "), *texts)


def _state(code: Code) -> str:
    """The state, with the warning said, and the other class that the code may have."""
    usual = _class_word(code, code.klass.value)
    return f"{usual} or {_class_word(code, code.alternative.value)}" if code.alternative else usual


def _class_word(code: Code, klass: str) -> str:
    words = {"SKIPPED": code.state.value.replace("_", " ") if code.klass.value == "SKIPPED" else "WAITING"}
    return {"WARNING": "IN SYNC, warning"}.get(klass) or words.get(klass, klass)


def with_slots(text: str) -> str:
    """The text with its slots as words in italics."""
    for slot in sorted(slots_in(text), key=len, reverse=True):
        text = text.replace("{" + slot + "}", f"*{slot.replace('_', ' ')}*")
    return text
