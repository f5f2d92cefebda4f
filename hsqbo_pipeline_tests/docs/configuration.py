"""The reference tables of docs/configuration.md: what `sync.yaml` can say, and the environment variables."""

from __future__ import annotations

import re
import types
from collections.abc import Iterator
from enum import Enum
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from pydantic import BaseModel
from pydantic.fields import FieldInfo
from pydantic_core import PydanticUndefined

from hsqbo_pipeline.model.rules import Filter, Rules
from hsqbo_pipeline.settings import PREFIX, Settings
from hsqbo_pipeline_tests.docs.blocks import table
from hsqbo_pipeline_tests.docs.markers import ROOT

_NAMED = dict.fromkeys(("CustomField", "FieldSetting", "Pause", "Condition"), "see below")
_PLAIN = {str: "text", int: "whole number", bool: "true or false"}
_MADE = {"quickbooks_token_url": "by the address above", "environment": "by the two addresses"}
_COLUMNS = ("Key", "May be", "Default", "Meaning")


def section(name: str) -> str:
    """The table of one section of the file; of its top level for `''`."""
    model: type[BaseModel] = Rules
    if name:
        found = _models(Rules.model_fields[name].annotation)
        model = found[0]
    return table(_COLUMNS, _rows(model, name))


def part(model_name: str) -> str:
    """The table of a part that several sections share."""
    model = next(each for each in _all_models(Rules) if each.__name__ == model_name)
    return table(_COLUMNS, _rows(model, ""))


def top_level() -> str:
    """Keys of the file that are no sections."""
    return table(_COLUMNS, (row for row in _rows(Rules, "") if row[2] != "section"))


def _rows(model: type[BaseModel], prefix: str) -> Iterator[tuple[str, str, str, str]]:
    for name, field in model.model_fields.items():
        key = field.alias or name
        path = f"{prefix}.{key}" if prefix else key
        inner = _models(field.annotation)
        if prefix == "" and model is Rules and inner and not _is_list(field.annotation):
            yield f"`{key}`", "a section of its own", "section", field.description or ""
            continue
        if inner and _nested(field, inner[0]):
            yield from _rows(inner[0], path)
        else:
            yield f"`{path}`", _kind(field), _default(field), field.description or ""


def _nested(field: FieldInfo, model: type[BaseModel]) -> bool:
    return not _is_list(field.annotation) and model.__name__ not in _NAMED and model is not Filter


def _models(annotation: Any) -> list[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return [annotation]
    return [model for each in get_args(annotation) for model in _models(each)]


def _all_models(model: type[BaseModel]) -> Iterator[type[BaseModel]]:
    yield model
    for field in model.model_fields.values():
        for inner in _models(field.annotation):
            yield from _all_models(inner)


def _is_list(annotation: Any) -> bool:
    return get_origin(annotation) in (tuple, list, dict) or any(_is_list(each) for each in get_args(annotation))


def _kind(field: FieldInfo) -> str:
    return _words(field.annotation)


def _words(annotation: Any) -> str:
    origin, inner = get_origin(annotation), get_args(annotation)
    if origin is Annotated:
        return _words(inner[0])
    if origin is Literal:
        return ", ".join(f"`{value}`" for value in inner)
    if origin in (Union, types.UnionType):
        return " or ".join(dict.fromkeys(_words(each) for each in inner if each is not type(None)))
    if origin is dict:
        named = _words(inner[1])
        return "a section per field, see below" if named.startswith("see") else f"lines of `name: {named}`"
    if origin is tuple:
        named = _words(inner[0])
        return f"list of {named}" if not named.startswith("see") else "list, see below"
    return _word(annotation)


def _word(annotation: Any) -> str:
    if isinstance(annotation, type) and issubclass(annotation, Enum):
        return ", ".join(f"`{member.value}`" for member in annotation)
    if annotation is Filter:
        return "`all`, `recommended` or groups of conditions"
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return _NAMED.get(annotation.__name__, "see below")
    name = getattr(annotation, "__name__", str(annotation))
    return _PLAIN.get(annotation) or {"datetime": "date and time", "date": "date", "Decimal": "number"}.get(name, name)


def _default(field: FieldInfo) -> str:
    value = field.get_default(call_default_factory=True)
    if value is PydanticUndefined:
        return "must be said"
    if isinstance(value, Filter):
        return f"`{value.preset}`"
    if isinstance(value, BaseModel) or value is None or value in ((), {}):
        return "–"
    if isinstance(value, Enum):
        return f"`{value.value}`"
    if isinstance(value, tuple):
        return ", ".join(f"`{each}`" for each in value)
    return f"`{str(value).lower() if isinstance(value, bool) else value}`"


def environment() -> str:
    """Every variable: what `.env.example` says of it, and its default."""
    says = env_comments()
    rows = []
    for name, field in Settings.model_fields.items():
        variable = PREFIX + name.upper()
        rows.append((f"`{variable}`", _setting_default(name, field), says[variable]))
    return table(("Variable", "Default", "Meaning"), rows)


def _setting_default(name: str, field: FieldInfo) -> str:
    if field.default_factory is not None:
        return _MADE.get(name, "the sandbox's, where the address is on this machine")
    value = field.default
    if hasattr(value, "get_secret_value") or value in ("", ()):
        return "–"
    return f"`{'off' if value is False else 'on' if value is True else value}`"


def env_comments() -> dict[str, str]:
    """Variable -> the comment above it in `.env.example`; one comment may speak for several."""
    says: dict[str, str] = {}
    comment: list[str] = []
    fresh = True
    for line in (ROOT / ".env.example").read_text(encoding="utf-8").splitlines():
        setting = re.match(rf"#?\s*({PREFIX}\w+)=", line)
        if setting:
            says[setting[1]] = " ".join(comment)
            fresh = True
        elif line.startswith("# ") and not line.startswith("# --"):
            comment = [line[2:]] if fresh else [*comment, line[2:]]
            fresh = False
        else:
            comment, fresh = [], True
    return says


def all_keys() -> list[str]:
    """Every key that a table of the page must show."""
    shown = [row for name in _sections() for row in _rows(_models(Rules.model_fields[name].annotation)[0], name)]
    parts = [row for model in _all_models(Rules) if model.__name__ in _NAMED for row in _rows(model, "")]
    top = [row for row in _rows(Rules, "") if row[2] != "section"]
    return sorted({row[0].strip("`") for row in (*shown, *parts, *top)})


def _sections() -> list[str]:
    """The sections of the file."""
    return [row[0].strip("`") for row in _rows(Rules, "") if row[2] == "section"]
