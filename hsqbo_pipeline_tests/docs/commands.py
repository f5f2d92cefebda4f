"""The command line as it is: every command with its options, read from the application itself."""

from __future__ import annotations

import importlib
import pkgutil
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import typer.main

import hsqbo_pipeline.cli
from hsqbo_pipeline_tests.docs.blocks import table

# Commands that documents already name and that are still being built; a test takes care that none of them exists.
PENDING_FILE = Path(__file__).with_name("pending.txt")


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


def pending() -> list[str]:
    """The commands that documents name and this version does not have yet."""
    return PENDING_FILE.read_text(encoding="utf-8").splitlines()


def shrink() -> None:
    """Take out of the pending list what exists by now. Nothing is ever added."""
    left = [name for name in pending() if name not in commands()]
    PENDING_FILE.write_text("".join(f"{name}\n" for name in left), encoding="utf-8")


def command_table() -> str:
    """All commands with what they do."""
    return table(("Command", "What it does"), ((f"`hsqbo {each.name}`", each.says) for each in commands().values()))


def pending_text() -> str:
    """What is named in the documents and not there yet; nothing where all is there."""
    names = pending()
    if not names:
        return "Every command that these pages name is there."
    listed = ", ".join(f"`hsqbo {name}`" for name in names)
    return f"These pages also name commands that this version does not have yet: {listed}."
