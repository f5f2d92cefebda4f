"""The command line as it is: every command with its options, read from the application itself."""

from __future__ import annotations

import importlib
import pkgutil
from dataclasses import dataclass
from functools import cache
from typing import Any

import typer.main

import hsqbo_pipeline.cli
from hsqbo_pipeline_tests.docs.blocks import table


@dataclass(frozen=True)
class Command:
    """A command as one types it after `hsqbo`, what it says of itself, and its options."""

    name: str
    says: str
    options: frozenset[str]


@cache
def commands() -> dict[str, Command]:
    """Every command, those of groups as `plan show`."""
    for module in pkgutil.iter_modules(hsqbo_pipeline.cli.__path__, "hsqbo_pipeline.cli."):
        importlib.import_module(module.name)
    from hsqbo_pipeline.cli.app import app

    found: dict[str, Command] = {}
    _walk(typer.main.get_command(app), "", found)
    return found


def _walk(command: Any, name: str, found: dict[str, Command]) -> None:
    below = getattr(command, "commands", None)
    if below is None:
        says = " ".join((command.help or "").split("\n\n")[0].split())
        options = {flag for each in command.params for flag in (*each.opts, *each.secondary_opts) if flag[:1] == "-"}
        found[name] = Command(name, says, frozenset(options) | {"--help"})
        return
    for part, inner in sorted(below.items()):
        _walk(inner, f"{name} {part}".strip(), found)


def command_table() -> str:
    """All commands with what they do."""
    return table(("Command", "What it does"), ((f"`hsqbo {each.name}`", each.says) for each in commands().values()))
