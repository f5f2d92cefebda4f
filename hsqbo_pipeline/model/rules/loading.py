"""From the text of `sync.yaml` to `Rules`: every mistake at once, each with its line and what is allowed there."""

from __future__ import annotations

import difflib
from pathlib import Path
from typing import Any, get_args

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from hsqbo_pipeline.errors import ConfigurationError, Problem
from hsqbo_pipeline.model.rules.whole import Rules
from hsqbo_pipeline.model.rules.yaml_text import Lines, read_yaml

_SHOWN = 60  # characters of a wrong value that a message repeats
_SECTION = "must be a section with keys of its own"
_SENTENCES = {
    "missing": "is missing",
    "bool_parsing": "must be true or false",
    "bool_type": "must be true or false",
    "int_parsing": "must be a whole number",
    "int_type": "must be a whole number",
    "int_from_float": "must be a whole number",
    "decimal_parsing": "must be a number",
    "decimal_type": "must be a number",
    "string_type": "must be text",
    "model_type": _SECTION,
    "model_attributes_type": _SECTION,
    "dict_type": _SECTION,
    "tuple_type": "must be a list",
}


def load(path: Path) -> Rules:
    """The rules in a file. Raises ConfigurationError naming file, line, field, value and what is allowed."""
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        raise ConfigurationError(
            f"{path}: there are no rules here. Run `hsqbo init` to write them, or let HSQBO_RULES point to the file.",
            file=str(path),
        ) from None
    except UnicodeDecodeError as exc:
        raise ConfigurationError(f"{path}: is not UTF-8 text (byte {exc.start}).", file=str(path)) from None
    except OSError as exc:
        raise ConfigurationError(f"{path}: cannot be read ({exc.strerror}).", file=str(path)) from None
    return parse(text, str(path))


def parse(text: str, file: str = "sync.yaml") -> Rules:
    """The rules in a text; `file` is what messages call it. Raises ConfigurationError as `load`."""
    data, lines, problems = read_yaml(text, file)
    try:
        rules = None if problems and not data else Rules.model_validate(data)
    except ValidationError as exc:
        found = exc.errors(include_url=False)
        problems = [*problems, *(_problem(error, lines, file) for error in found)]
    if problems:
        raise ConfigurationError.of(sorted(problems, key=lambda problem: problem.line or 0))
    assert rules is not None
    return rules


def json_schema() -> dict[str, Any]:
    """The schema of `sync.yaml` for editors (JSON Schema 2020-12)."""
    schema = Rules.model_json_schema(mode="validation")
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        **schema,
        "title": "The rules of hsqbo (sync.yaml)",
    }


def _problem(error: ErrorDetails, lines: Lines, file: str) -> Problem:
    place = _place(error["loc"], lines)
    code = error["type"] if error["type"].startswith("CFG_") else "CFG_INVALID"
    named = place
    if error["type"] == "missing" and place[-1:] != error["loc"][-1:]:
        named = (*place, error["loc"][-1])
    value = None if error["type"] == "missing" or isinstance(error["input"], (dict, list)) else _shown(error["input"])
    return Problem(_said(error), file, lines.get(place, 1), _dotted(named), value, code)


def _place(loc: tuple[int | str, ...], lines: Lines) -> tuple[int | str, ...]:
    """The part of an error's path that stands in the file: models reshape some values before they check them."""
    path: tuple[int | str, ...] = ()
    for part in loc:
        if (*path, part) in lines:
            path = (*path, part)
    return path


def _dotted(path: tuple[int | str, ...]) -> str | None:
    text = "".join(f"[{part + 1}]" if isinstance(part, int) else f".{part}" for part in path)
    return text.removeprefix(".") or None


def _said(error: ErrorDetails) -> str:
    """What is wrong and what is allowed, in one line."""
    kind, context = error["type"], error.get("ctx", {})
    if kind == "extra_forbidden":
        return _unknown_key(str(error["loc"][-1]), _section_at(error["loc"][:-1]))
    if kind in ("literal_error", "enum"):
        return f"must be {context['expected']}"
    if kind == "value_error":
        return str(context["error"])
    if kind.startswith("CFG_"):
        return error["msg"]
    return _SENTENCES.get(kind) or error["msg"][:1].lower() + error["msg"][1:]


def _unknown_key(key: str, section: type[BaseModel] | None) -> str:
    allowed = [] if section is None else [field.alias or name for name, field in section.model_fields.items()]
    near = difflib.get_close_matches(key, allowed, 1)
    hint = f"did you mean {near[0]}?" if near else f"allowed are {', '.join(allowed)}"
    return f"is not known here; {hint}"


def _section_at(loc: tuple[int | str, ...]) -> type[BaseModel] | None:
    """The model that an error's path leads to."""
    section: type[BaseModel] | None = Rules
    for part in loc:
        fields = section.model_fields if section else {}
        named = [field for name, field in fields.items() if part in (name, field.alias)]
        section = _model_in(named[0].annotation) if named else section
    return section


def _model_in(annotation: Any) -> type[BaseModel] | None:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    return next((model for part in get_args(annotation) if (model := _model_in(part))), None)


def _shown(value: Any) -> str:
    text = str(value)
    return text if len(text) <= _SHOWN else f"{text[:_SHOWN]}…"
