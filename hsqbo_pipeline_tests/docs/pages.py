"""The pages people read, and what they name: commands, options, settings, links."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from hsqbo_pipeline_tests.docs.markers import ROOT

_COMMAND = re.compile(r"(?<![\w/.-])hsqbo(?P<rest>(?: +[^\s`|;&>#]+)*)")
_CODE = re.compile(r"```.*?```|`[^`\n]+`", re.DOTALL)
_LINK = re.compile(r"\]\((?P<target>[^)\s]+)\)")
_WORD = re.compile(r"[a-z][a-z-]*")
_FENCE = re.compile(r"```.*?```", re.DOTALL)


def pages() -> list[Path]:
    """README.md, every page in docs/, and the tests' own README."""
    return [ROOT / "README.md", ROOT / "hsqbo_pipeline_tests" / "README.md", *sorted((ROOT / "docs").glob("*.md"))]


def commands_in(page: Path) -> Iterator[tuple[str, frozenset[str]]]:
    """Every `hsqbo …` in code on a page: its words, and the options that follow."""
    for code in _CODE.findall(page.read_text(encoding="utf-8")):
        for line in code.splitlines():
            for match in _COMMAND.finditer(line.strip("`")):
                parts = match["rest"].split()
                words = list(_leading(parts))
                if words:
                    options = frozenset(part.split("=")[0] for part in parts if part.startswith("--"))
                    yield " ".join(words), options


def _leading(parts: list[str]) -> Iterator[str]:
    """The words before the first argument or option."""
    for part in parts:
        if not _WORD.fullmatch(part):
            return
        yield part


def links_in(page: Path) -> Iterator[str]:
    """The targets of a page's links, code aside."""
    text = _FENCE.sub("", page.read_text(encoding="utf-8"))
    yield from (match["target"] for match in _LINK.finditer(text))


def anchors(page: Path) -> set[str]:
    """What a link into the page may name: its headings, as GitHub spells them."""
    heads = re.findall(r"(?m)^#+ (.+)$", _FENCE.sub("", page.read_text(encoding="utf-8")))
    return {re.sub(r"[^\w\s-]", "", head.lower()).strip().replace(" ", "-") for head in heads}
