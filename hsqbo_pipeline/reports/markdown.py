"""Markdown for Dagster's pages: what comes from a record is text there, on one line and of bounded length, and never a link."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

from hsqbo_pipeline.reports.words import brief

_MARKUP = frozenset("\\`*_{}[]()#+!|<>~&$:")
# What a page would make a link of by itself; a sign that is not seen, and where no line may break, stands in its way.
_LINKS = re.compile(r"(?i)(?<=\bhttp)(?=://)|(?<=\bhttps)(?=://)|(?<=\bftp)(?=://)|(?<=\bwww)(?=\.)")
_UNSEEN = "\u2060"
_LONG_WORD = re.compile(
    r"\S{50}(?=\S)"
)  # after so many letters a line may break, or a cell would be as wide as the word
_BREAK = "\u200b"


def plain(text: Any, most: int = 400) -> str:
    """A value inside markdown: on one line of at most so many letters, and nothing in it is markup."""
    shown = _LONG_WORD.sub(rf"\g<0>{_BREAK}", _LINKS.sub(_UNSEEN, brief(str(text), most)))
    return "".join(f"\\{letter}" if letter in _MARKUP else letter for letter in shown)


def sentence(text: Any) -> str:
    """A sentence of ours inside markdown: as `plain`, but its `commands` stay commands."""
    parts = str(text).split("`")
    if len(parts) % 2 == 0:
        return plain(text)
    return "".join(
        f"`{part.replace('|', chr(92) + '|')}`" if at % 2 else _spaced(part) for at, part in enumerate(parts)
    )


def _spaced(part: str) -> str:
    """`plain`, with the blanks at its ends kept: a command stands between them."""
    return f"{part[: len(part) - len(part.lstrip())]}{plain(part)}{part[len(part.rstrip()) :] if part.strip() else ''}"


def table(headings: Iterable[str], rows: Iterable[Iterable[Any]]) -> str:
    """A markdown table; cells are taken as markdown, so pass what people typed through `plain`."""
    heads = list(headings)
    lines = [f"| {' | '.join(heads)} |", f"|{' --- |' * len(heads)}"]
    return "\n".join([*lines, *(f"| {' | '.join(str(cell) for cell in row)} |" for row in rows)])
