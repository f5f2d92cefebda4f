"""Changing single values in the text of `sync.yaml` and nothing else: comments, order and spelling stay as a person left them.

A value is changed on its own line; one that stands commented out, as the defaults in our own file do, is put in force
there. What can't be done on a line (a section written in braces, a value with lines of its own) goes through a YAML
round trip, which keeps comments too; which of them it could not keep is told by `lost_comments`.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from importlib.resources import files
from io import StringIO
from typing import Any

Path = tuple[str, ...]
_ENTRY = r"^(?P<indent> *)(?P<off># ?)?{key}:(?P<gap> *)(?P<value>(?:\"[^\"]*\"|[^#\n])*?)(?P<comment> +#.*)?$"
_SAMPLE_ONLY = re.compile(r"(?m)^# This early date lets the sample company's whole history come along\.\n")


def shipped() -> str:
    """The file as it comes with the product, commented, for the sample company."""
    return files("hsqbo_pipeline.model.rules").joinpath("template.yaml").read_text(encoding="utf-8")


def for_a_beginning() -> str:
    """The shipped file as a new connection's first one: without what is true of the sample company alone."""
    return _SAMPLE_ONLY.sub("", shipped())


def changed(text: str, path: Path, value: str | bool) -> str:
    """The text with one value set; `path` names it from the top, such as ("customers", "direction")."""
    said = _scalar(value)
    edited = _on_its_line(text, path, said)
    return edited if edited is not None else _round_trip(text, path, value)


def lost_comments(before: str, after: str) -> list[str]:
    """Comments of the first text that the second one has no more, settings put in force where they stood left out."""
    keys = set(re.findall(r"(?m)^ *([a-z_]+):", after))
    gone = Counter(_comments(before)) - Counter(_comments(after))
    return [comment for comment in gone if not (named := re.match(r"# ?([a-z_]+):", comment)) or named[1] not in keys]


def _comments(text: str) -> list[str]:
    return [found[0].strip() for found in re.finditer(r"(?m)(?:^|(?<=\s))#.*$", text)]


def _on_its_line(text: str, path: Path, said: str) -> str | None:
    """None where the place is not a line of its own."""
    lines = text.split("\n")
    if len(path) == 1:
        first, last, indent = 0, len(lines), 0
    elif len(path) == 2 and (section := _section(lines, path[0])) is not None:
        first, last, indent = *section, 2
    else:
        return None
    entry = re.compile(_ENTRY.format(key=re.escape(path[-1])))
    found = [
        (n, match) for n in range(first, last) if (match := entry.match(lines[n])) and len(match["indent"]) == indent
    ]
    chosen = next((each for each in found if not each[1]["off"]), None) or next(iter(found), None)
    if chosen is None:
        lines.insert(first if indent else _top(lines), f"{' ' * indent}{path[-1]}: {said}")
        return "\n".join(lines)
    number, match = chosen
    if not match["off"] and (not match["value"].strip() or match["value"].lstrip()[:1] in "[{&*|>"):
        return None
    lines[number] = f"{match['indent']}{path[-1]}: {said}{_comment(match, said)}"
    return "\n".join(lines)


def _comment(match: re.Match[str], said: str) -> str:
    """The line's comment, in the column where it stood if the new value leaves room."""
    comment = match["comment"] or ""
    wanted = len(match["off"] or "") + len(match["gap"]) + len(match["value"]) + len(comment) - len(comment.lstrip())
    return f"{' ' * max(wanted - 1 - len(said), 2)}{comment.lstrip()}" if comment else ""


def _section(lines: list[str], name: str) -> tuple[int, int] | None:
    """The lines below a section's name, up to the next one; None where it has no lines of its own."""
    head = re.compile(rf"^{re.escape(name)}:(?P<rest>.*)$")
    start = next((n for n, line in enumerate(lines) if head.match(line)), None)
    if start is None or not re.match(r"^\s*(#.*)?$", lines[start].partition(":")[2]):
        return None
    end = next((n for n in range(start + 1, len(lines)) if re.match(r"^(\w|# ----)", lines[n])), len(lines))
    return start + 1, end


def _top(lines: list[str]) -> int:
    """Where a new setting goes: before the first section, after the comment that heads the file."""
    return next((n for n, line in enumerate(lines) if re.match(r"^\w", line)), len(lines))


def _round_trip(text: str, path: Path, value: str | bool) -> str:
    from ruamel.yaml import YAML
    from ruamel.yaml.comments import CommentedMap

    yaml = YAML()
    yaml.preserve_quotes = True
    yaml.width = 4096
    data = yaml.load(text) or CommentedMap()
    place: Any = data
    for key in path[:-1]:
        if not isinstance(place.get(key), dict):
            place[key] = CommentedMap()
        place = place[key]
    place[path[-1]] = value
    out = StringIO()
    yaml.dump(data, out)
    return out.getvalue()


def _scalar(value: str | bool) -> str:
    """A value as one writes it: plain where it reads back as itself, else in quotes."""
    if isinstance(value, bool):
        return str(value).lower()
    plain = re.fullmatch(r"[A-Za-z][\w ./()&-]*|\d{4}-\d\d-\d\dT[\d:]+(?:[+-]\d\d:\d\d)?", value)
    words = {"true", "false", "yes", "no", "on", "null", "y", "n"}
    return (
        value
        if plain and value.strip() == value and value.lower() not in words
        else json.dumps(value, ensure_ascii=False)
    )
