"""Generated parts of documents: what stands between `<!-- made: name -->` and `<!-- end -->`, and how tables are set."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence

_BLOCK = re.compile(r"(<!-- made: (?P<name>[\w-]+) -->\n).*?(<!-- end -->)", re.DOTALL)


def table(columns: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A Markdown table; bars and line breaks inside cells are defused."""
    lines = [f"| {' | '.join(columns)} |", f"|{'|'.join(' --- ' for _ in columns)}|"]
    lines += [f"| {' | '.join(_cell(value) for value in row)} |" for row in rows]
    return "\n".join(lines)


def filled(text: str, makers: Mapping[str, Callable[[], str]]) -> str:
    """The document with every block made anew. Raises KeyError for a block nobody makes."""

    def fill(match: re.Match[str]) -> str:
        return f"{match[1]}\n{makers[match['name']]().strip()}\n\n{match[3]}"

    return _BLOCK.sub(fill, text)


def names(text: str) -> list[str]:
    """The blocks in a document."""
    return [match["name"] for match in _BLOCK.finditer(text)]


def _cell(value: str) -> str:
    return " ".join(value.replace("|", "\\|").split())
