"""A command of ours inside a scenario: the real command line in a process of its own, on the stage's data and sandbox."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from typing import Any

from ruamel.yaml import YAML

from hsqbo_pipeline.sandbox.frame.server import SYSTEMS
from hsqbo_pipeline.scenarios import words
from hsqbo_pipeline.scenarios.stage import Run, Stage
from hsqbo_pipeline.settings import PREFIX

SHOWN = "shown_hash"
_ORDER = ("run", "id", "ref", "record", "hubspot", "quickbooks", "what", "code", "hash", "file")
"""Keys whose values are arguments, in this order; all others are options."""
_RUNS = ("sync", "undo", "adopt", "rebuild", "sweep")
"""Commands that are runs of ours; after them "the last run" is this one."""
_WAITING = 3
_YES = "y\n"
"""Whoever lets a scenario call a command means it."""
_SECONDS = 180


def call(stage: Stage, said: Any) -> Iterator[str]:
    """Run a command, with the hash it showed as its approval where that is asked for; what went wrong."""
    told = dict(said) if isinstance(said, Mapping) else {"command": said}
    wanted = told.pop("exit", None)
    approval = told.pop("approve", None)
    begins = {system: stage.sent(system) for system in SYSTEMS}
    (stage.data).mkdir(exist_ok=True)
    with (stage.data / "sync.yaml").open("w", encoding="utf-8") as file:
        YAML(typ="safe").dump(words.rules(stage.cast.resolve(stage.rules)), file)
    code, output = _hsqbo(stage, _arguments(stage, told))
    if approval is not None and code in (0, _WAITING):
        chosen = _shown(stage) if approval == SHOWN else str(approval)
        if chosen is None:
            yield f"{told['command']}: no plan was shown that could be approved: {output}"
            return
        code, output = _hsqbo(stage, [*_arguments(stage, told), "--approve", chosen])
    if str(told["command"]).split()[0] in _RUNS:
        stage.runs.append(Run(-len(stage.runs) - 1, begins))
    if wanted == "nonzero":
        if code == 0:
            yield f"{told['command']} ended well, expected a refusal"
    elif code != int(wanted or 0):
        yield f"{told['command']} ended with exit code {code}, expected {wanted or 0}: {output}"


def _arguments(stage: Stage, told: Mapping[str, Any]) -> list[str]:
    arguments = str(told["command"]).split()
    places = [name for name in _ORDER if name in told]
    for name in places:
        arguments += _argument(stage, name, str(told[name]), alone=len(places) == 1)
    arguments += [str(stage.cast.resolve(each)) for each in told.get("args") or []]
    for name, value in told.items():
        if name not in ("command", "args", *_ORDER):
            option = "--" + str(name).replace("_", "-")
            arguments += [option] if value is True else [option, str(stage.cast.resolve(value))]
    return arguments


def _argument(stage: Stage, name: str, value: str, *, alone: bool) -> list[str]:
    if name == "run":
        run = next((run for run in stage.runs if str(run.number) == value and run.ended is not None), None)
        return [str(run.ended.number) if run is not None and run.ended is not None else value]
    if not value.startswith("@"):
        return [str(stage.cast.resolve(value))]
    named = stage.cast.find(value)
    entity = words.ENTITIES.get(named.object)
    # An id alone may be a customer's and an item's.
    more = ["--object", entity, "--system", named.system] if alone and entity and name != "hash" else []
    return [named.id, *more]


def _shown(stage: Stage) -> str | None:
    rows = stage.ask("SELECT hash FROM plans WHERE status = 'open' ORDER BY created_at DESC LIMIT 1")
    return str(rows[0]["hash"]) if rows else None


def _hsqbo(stage: Stage, arguments: list[str]) -> tuple[int, str]:
    """(exit code, what it said) of `hsqbo …`."""
    ours = {name: value for name, value in os.environ.items() if not name.startswith(PREFIX)}
    settings = stage.settings
    ours |= {
        "HSQBO_DATA": str(stage.data),
        "HSQBO_RULES": str(settings.rules),
        "HSQBO_HUBSPOT_BASE_URL": settings.hubspot_base_url,
        "HSQBO_QUICKBOOKS_BASE_URL": settings.quickbooks_base_url,
        "HSQBO_QUICKBOOKS_REALM": settings.quickbooks_realm,
        "HSQBO_HUBSPOT_TOKEN": settings.hubspot_token.get_secret_value(),
    }
    command = [sys.executable, "-m", "hsqbo_pipeline", *arguments]
    done = subprocess.run(  # noqa: S603 - our own interpreter and module
        command, input=_YES, env=ours, cwd=stage.data, capture_output=True, text=True, timeout=_SECONDS, check=False
    )
    lines = [line for line in (done.stderr + done.stdout).splitlines() if line.strip()]
    return done.returncode, " / ".join(lines[-3:])
