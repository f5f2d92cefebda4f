"""Scenario files as they are written, and each scenario with the file's defaults laid under it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError

from hsqbo_pipeline.errors import ConfigurationError

STEPS = frozenset(
    {"run", "expect", "person", "faults", "clock", "cli", "local", "rules", "if_blocked", "switches", "given"}
)
_KEYS = frozenset(
    {
        "id", "title", "proves", "company", "portal", "rules", "given", "steps", "checks", "variants", "clock_start",
        "record_defaults", "switches", "notes", "note",
    }
)  # fmt: skip
_JOINED = ("items", "chart", "tax_codes", "tax_rates")
"""Lists of named records: a scenario's own are added to the defaults' instead of replacing them."""


@dataclass(frozen=True)
class Scenario:
    """One scenario, ready to be played."""

    id: str
    title: str
    file: str
    company: Mapping[str, Any]
    portal: Mapping[str, Any]
    rules: Mapping[str, Any]
    clock_start: str | None
    given: Mapping[str, Sequence[Mapping[str, Any]]]
    steps: Sequence[Mapping[str, Any]]
    record_defaults: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    checks: Sequence[str] = ()
    variants: Sequence[Any] = ()
    switches: Mapping[str, Any] = field(default_factory=dict)


def read(path: Path) -> list[Scenario]:
    """The scenarios of a file. Raises ConfigurationError saying where it is not one."""
    try:
        loaded = YAML(typ="safe").load(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, YAMLError) as error:
        raise ConfigurationError(f"{path}: cannot be read: {error}", file=str(path)) from error
    given = loaded if isinstance(loaded, Mapping) else {"scenarios": loaded}
    listed = given.get("scenarios") if "scenarios" in given else ([given] if "steps" in given else None)
    if not isinstance(listed, list):
        raise ConfigurationError(f"{path}: has no list of scenarios.", file=str(path), field="scenarios")
    defaults = given.get("defaults") or {}
    return [_scenario(path, defaults, each) for each in listed]


def _scenario(path: Path, defaults: Mapping[str, Any], said: Mapping[str, Any]) -> Scenario:
    name = str(said.get("id", "?")) if isinstance(said, Mapping) else "?"

    def wrong(text: str, where: str) -> ConfigurationError:
        return ConfigurationError(f"{path}: scenario {name}: {text}", file=str(path), field=where)

    if not isinstance(said, Mapping) or "steps" not in said or "id" not in said:
        raise wrong("a scenario has an id and steps.", "steps")
    unknown = sorted(set(said) - _KEYS)
    if unknown:
        raise wrong(f"there is no key {unknown[0]}; known are {', '.join(sorted(_KEYS))}.", unknown[0])
    for place, step in enumerate(said["steps"] or [], 1):
        if not isinstance(step, Mapping) or not STEPS & step.keys():
            raise wrong(f"step {place} is none of {', '.join(sorted(STEPS))}.", "steps")
    given = said.get("given") or {}
    return Scenario(
        id=name,
        title=str(said.get("title", "")),
        file=str(path),
        company=laid_over(defaults.get("company") or {}, said.get("company") or {}),
        portal=laid_over(defaults.get("portal") or {}, said.get("portal") or {}),
        rules=laid_over(defaults.get("rules") or {}, said.get("rules") or {}, joined=()),
        clock_start=said.get("clock_start") or defaults.get("clock_start"),
        given={system: given.get(system) or [] for system in ("quickbooks", "hubspot")},
        steps=said["steps"] or [],
        record_defaults=laid_over(defaults.get("record_defaults") or {}, said.get("record_defaults") or {}),
        checks=[str(each) for each in said.get("checks") or []],
        variants=said.get("variants") or [],
        switches=laid_over(defaults.get("switches") or {}, said.get("switches") or {}),
    )


def laid_over(base: Mapping[str, Any], more: Mapping[str, Any], joined: Sequence[str] = _JOINED) -> dict[str, Any]:
    """`more` over `base`, section by section; lists of named records are joined, the later of one name wins."""
    found = dict(base)
    for key, value in more.items():
        held = found.get(key)
        if isinstance(value, Mapping) and isinstance(held, Mapping):
            found[key] = laid_over(held, value, joined)
        elif key in joined and isinstance(value, list) and isinstance(held, list):
            mine = {each.get("as") for each in value}
            found[key] = [each for each in held if each.get("as") is None or each["as"] not in mine] + value
        else:
            found[key] = value
    return found


def in_order(given: Sequence[Mapping[str, Any]], wanted: Sequence[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """The wanted order, as far as it can be had: a record waits for those it refers to."""
    names = {str(each["as"]) for each in given if "as" in each}
    left, made, ordered = list(wanted), set[str](), list[Mapping[str, Any]]()
    while left:
        ready = next((each for each in left if not (_references(each) & names) - made), left[0])
        left.remove(ready)
        ordered.append(ready)
        made.add(str(ready.get("as", "")))
    return ordered


def _references(value: Any) -> set[str]:
    if isinstance(value, str):
        return {value[1:]} if value.startswith("@") else set()
    if isinstance(value, Mapping):
        return {name for pair in value.items() for each in pair for name in _references(each)}
    return {name for each in value for name in _references(each)} if isinstance(value, list) else set()
