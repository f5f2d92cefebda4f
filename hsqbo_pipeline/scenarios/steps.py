"""The steps of a scenario, one function each: what they do, and what was not as expected."""

from __future__ import annotations

import shutil
import traceback
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from hsqbo_pipeline.errors import HsqboError
from hsqbo_pipeline.sandbox.cast import CastError
from hsqbo_pipeline.sandbox.frame.clock import parse_instant
from hsqbo_pipeline.sandbox.frame.server import SYSTEMS
from hsqbo_pipeline.scenarios import commands, figures, reporting, rows, sending, words
from hsqbo_pipeline.scenarios.reading import laid_over
from hsqbo_pipeline.scenarios.stage import LOGINS, WAREHOUSE, Stage

Problems = Iterator[str]


def do(stage: Stage, step: Mapping[str, Any]) -> list[str]:
    """Carry a step out; what differs from what is expected."""
    found: list[str] = []
    for name, value in step.items():
        if name not in _STEPS:
            found.append(f"the runner knows no step called {name}")
            continue
        try:
            found += _STEPS[name](stage, value)
        except (HsqboError, CastError) as error:
            found.append(f"{name}: {error}")
        except Exception as error:  # noqa: BLE001 - a bug is this scenario's outcome; the others are played all the same
            place = traceback.extract_tb(error.__traceback__)[-1]
            found.append(f"{name}: {type(error).__name__}: {error} ({place.filename}, line {place.lineno})")
    return found


def _run(stage: Stage, value: Any) -> Problems:
    number = value["n"] if isinstance(value, Mapping) else value
    wanted = value.get("exit") if isinstance(value, Mapping) else None
    for key in sorted(value.keys() - {"n", "exit"}) if isinstance(value, Mapping) else ():
        yield f"a run knows no {key}; it knows exit and n"
    run = stage.night(int(number))
    if wanted is None:
        blocked = any(row["class"] == "BLOCKED" for row in reporting.report(stage))
        wanted = "nonzero" if blocked else 0
    if (run.exit_code != 0) if wanted == "nonzero" else run.exit_code == int(wanted):
        return
    why = "; ".join(run.ended.problems) if run.ended else str(run.error)
    yield f"run {number} ended with exit code {run.exit_code}, expected {wanted}{f': {why}' if why else ''}"


def _expect(stage: Stage, expected: Mapping[str, Any]) -> Problems:
    for name, value in expected.items():
        if name not in _EXPECTED:
            yield f"the runner knows no expectation called {name}"
            continue
        yield from _EXPECTED[name](stage, value)


def _last(stage: Stage) -> dict[str, int]:
    """Where the traffic of the last run begins; that of people is not in it, so it is also all since the run before."""
    return stage.runs[-1].begins if stage.runs else {}


_EXPECTED: dict[str, Callable[[Stage, Any], Problems]] = {
    "quickbooks": lambda stage, value: rows.record_problems(stage, "quickbooks", value),
    "hubspot": lambda stage, value: rows.record_problems(stage, "hubspot", value),
    "report": reporting.exact_problems,
    "report_also": reporting.also_problems,
    "report_codes_only": reporting.code_problems,
    "writes": lambda stage, value: sending.write_problems(stage, value, _last(stage), "writes"),
    "writes_of_last_run": lambda stage, value: sending.write_problems(stage, value, _last(stage), "writes_of_last_run"),
    "creates": lambda stage, value: sending.create_problems(stage, value, _last(stage)),
    "never_sent": sending.never_problems,
    "reconcile": figures.reconcile_problems,
    "reconcile_by_month": figures.month_problems,
    "tie_out": figures.tie_out_problems,
    "fees": figures.fee_problems,
    "links": figures.link_problems,
}


def _person(stage: Stage, entry: Any) -> Problems:
    for each in entry if isinstance(entry, list) else [entry]:
        stage.person(each)
    yield from ()


def _given(stage: Stage, value: Any) -> Problems:
    for system, entries in value.items():
        for entry in entries:
            stage.person({"system": system, "action": "create", **entry})
    yield from ()


def _faults(stage: Stage, value: Any) -> Problems:
    listed = [] if value in ("clear", None) or (isinstance(value, Mapping) and value.get("clear")) else value
    listed = listed.get("rules", [listed]) if isinstance(listed, Mapping) else listed
    for system in SYSTEMS:
        stage.served.sandbox.faults[system].load(stage.cast.resolve(listed))
    yield from ()


def _clock(stage: Stage, value: Any) -> Problems:
    clock = stage.served.sandbox.clock
    if isinstance(value, Mapping) and ("set" in value or "at" in value):
        clock.set(parse_instant(str(value.get("set") or value.get("at"))))
    elif isinstance(value, str):
        clock.set(parse_instant(value))
    else:
        clock.advance(_seconds(value))
    yield from ()


_UNITS = {"s": 1, "seconds": 1, "minutes": 60, "hours": 3600, "h": 3600, "days": 86_400, "d": 86_400}


def _seconds(value: Any) -> float:
    if not isinstance(value, Mapping):
        return float(value)
    found = 0.0
    for name, amount in value.items():
        unit = str(name).removeprefix("advance_") if name != "advance" else "s"
        if unit not in _UNITS:
            raise ValueError(f"a clock is set or advanced; {name} is unknown")
        found += float(amount) * _UNITS[unit]
    return found


def _switches(stage: Stage, value: Any) -> Problems:
    stage.served.sandbox.switches.change(value)
    yield from ()


def _rules(stage: Stage, value: Any) -> Problems:
    """New rules from here on, laid over those before."""
    stage.rules = laid_over(stage.rules, value, joined=())
    stage.told_rules()
    yield from ()


def _local(stage: Stage, value: Any) -> Problems:
    """Something happens on our own disk."""
    told = value if isinstance(value, str) else next(iter(value.values()), None) if isinstance(value, Mapping) else None
    deed = words.LOCAL.get(str(told)) or (
        words.LOCAL.get(str(next(iter(value)))) if isinstance(value, Mapping) else None
    )
    if deed == "lose_everything":
        _lose_everything(stage)
    elif deed == "lose_state":
        for path in stage.data.glob(f"{WAREHOUSE}*"):
            path.unlink()
    elif isinstance(value, Mapping) and {"delete", "remove"} & value.keys():
        _delete(stage, str(value.get("delete") or value.get("remove")))
    else:
        raise ValueError(f"{value} is unknown; {', '.join(sorted(words.LOCAL))} or {{delete: PATH IN THE DATA FOLDER}}")
    yield from ()


def _lose_everything(stage: Stage) -> None:
    """All but the logins: a person logs in again before anything else, and that is not what such a scenario is about."""
    for path in stage.data.iterdir():
        if path.is_dir() and not path.is_symlink():
            if path.name != LOGINS:
                shutil.rmtree(path)
        else:
            path.unlink()


def _delete(stage: Stage, name: str) -> None:
    path = (stage.data / name.removeprefix("data/")).resolve()
    if stage.data.resolve() not in path.parents:
        raise ValueError(f"{name} is not in the data folder")
    if path.is_dir():
        shutil.rmtree(path)
    else:
        path.unlink()


def _if_blocked(stage: Stage, value: Any) -> Problems:
    if any(row["class"] == "BLOCKED" for row in reporting.report(stage)) or (stage.runs and stage.runs[-1].error):
        for step in value if isinstance(value, list) else [value]:
            yield from do(stage, step)


def _cli(stage: Stage, value: Any) -> Problems:
    return commands.call(stage, value)


_STEPS: dict[str, Callable[[Stage, Any], Problems]] = {
    "run": _run,
    "expect": _expect,
    "person": _person,
    "given": _given,
    "faults": _faults,
    "clock": _clock,
    "switches": _switches,
    "rules": _rules,
    "local": _local,
    "if_blocked": _if_blocked,
    "cli": _cli,
}
