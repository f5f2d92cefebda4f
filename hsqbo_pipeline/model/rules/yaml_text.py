"""YAML to plain values, with the line of every key and item.

Numbers with a point become Decimals (an amount never passes through binary), times stay text (the models know the zone)
and what YAML 1.1 reads as true or false is marked as such by the reader's own tags.
"""

from __future__ import annotations

from decimal import Decimal, InvalidOperation
from typing import Any

from hsqbo_pipeline.errors import Problem

Path = tuple[int | str, ...]
Lines = dict[Path, int]

_TRUE = {"true", "yes", "on", "y"}
_DEEPEST = 20


def read_yaml(text: str, file: str) -> tuple[dict[str, Any], Lines, list[Problem]]:
    """The mapping in a text, the line (from 1) of every path in it, and what is wrong with it as YAML."""
    from ruamel.yaml import YAML
    from ruamel.yaml.error import MarkedYAMLError, YAMLError

    try:
        node = YAML(typ="safe", pure=True).compose(text)
    except MarkedYAMLError as exc:
        mark = exc.problem_mark or exc.context_mark
        line = mark.line + 1 if mark else None
        return {}, {}, [Problem(f"is not valid YAML: {exc.problem or exc.context}", file, line)]
    except YAMLError as exc:
        return {}, {}, [Problem(f"is not valid YAML: {exc}", file)]
    if node is None:
        return {}, {}, []
    if node.id != "mapping":
        return {}, {}, [Problem("must be a list of `key: value` lines", file, node.start_mark.line + 1)]
    reader = _Reader(file)
    data = reader.value(node, ())
    return data, reader.lines, reader.problems


class _Reader:
    """One walk over a file. Nodes are ruamel's, untyped here so that it is imported only when a file is read."""

    def __init__(self, file: str) -> None:
        self.file = file
        self.lines: Lines = {}
        self.problems: list[Problem] = []

    def value(self, node: Any, path: Path) -> Any:
        if len(path) > _DEEPEST:  # an anchor that holds itself
            self.problems.append(Problem("is nested too deeply", self.file, node.start_mark.line + 1))
            return None
        if node.id == "mapping":
            return self._mapping(node, path)
        if node.id == "sequence":
            return [self._item(item, (*path, number)) for number, item in enumerate(node.value)]
        return _scalar(node)

    def _mapping(self, node: Any, path: Path) -> dict[str, Any]:
        data: dict[str, Any] = {}
        for key_node, value_node in node.value:
            key = str(key_node.value)
            line = key_node.start_mark.line + 1
            if key in data:
                first = self.lines[(*path, key)]
                self.problems.append(Problem(f"stands here twice (first on line {first})", self.file, line, key))
            self.lines[(*path, key)] = line
            data[key] = self.value(value_node, (*path, key))
        return data

    def _item(self, node: Any, path: Path) -> Any:
        self.lines[path] = node.start_mark.line + 1
        return self.value(node, path)


def _scalar(node: Any) -> Any:
    text = str(node.value)
    kind = str(node.tag).rsplit(":", 1)[-1]
    if kind == "null":
        return None
    if kind == "bool":
        return text.lower() in _TRUE
    if kind == "int":
        return _whole(text)
    if kind == "float":
        return _decimal(text)
    return text


def _whole(text: str) -> int | str:
    """A number, unless writing it again would change it: 0035 is an account's id."""
    plain = text.replace("_", "")
    return int(plain) if plain.isdigit() and str(int(plain)) == plain else text


def _decimal(text: str) -> Decimal | str:
    try:
        return Decimal(text.replace("_", ""))
    except InvalidOperation:
        return text
