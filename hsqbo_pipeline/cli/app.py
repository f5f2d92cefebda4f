"""The `hsqbo` command: its parts, and how an error becomes a message and an exit code."""

from __future__ import annotations

import sys
from datetime import datetime
from typing import Any

import typer
import typer.main

from hsqbo_pipeline.cli.printing import problem
from hsqbo_pipeline.errors import ExitCode, HsqboError

app = typer.Typer(
    name="hsqbo",
    help="Keeps HubSpot and QuickBooks Online in step: plan, approve, apply, prove.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode="rich",
    epilog="Exit codes: 0 done · 1 red · 2 configuration · 3 waiting for approval · 4 another run is writing · 5 login",
)

# The order in which a person comes to need them.
PANELS = {
    "To try it": ("demo", "ui", "sandbox", "scenario"),
    "To set it up": ("connect", "init", "doctor", "audit", "adopt"),
    "To run it": ("sync", "plan", "undo"),
    "To look at it": ("status", "failures", "history", "export"),
    "To decide": ("worklist", "decide", "ack", "pause", "resume", "retry", "link", "unlink"),
    "When it is lost, or over": ("rebuild", "forget"),
}


def _gather() -> None:
    """Each module adds its commands to `app`; imported here so that `hsqbo --help` stays quick."""
    from hsqbo_pipeline.cli import (  # noqa: F401
        audit,
        connect,
        demo,
        doctor,
        export,
        linking,
        plans,
        reading,
        sandbox,
        scenario,
        setup,
        steering,
        sync,
        undoing,
        worklist,
    )


def gathered() -> Any:
    """The whole command, its parts in order, as Click takes it."""
    _gather()
    made: Any = typer.main.get_command(app)
    order = {name: panel for panel, names in PANELS.items() for name in names}
    made.commands = {name: made.commands[name] for name in order}
    for name, panel in order.items():
        made.commands[name].rich_help_panel = panel
    _readable(made)
    return made


def _readable(command: Any) -> None:
    """Help without the words of a programming language: a switch takes no value, a day is written YYYY-MM-DD."""
    for option in (*command.params, command.get_help_option(typer.Context(command))):
        if getattr(option, "is_flag", False):
            option.metavar = ""
        elif (
            option.metavar is None
            and getattr(option, "type_descriptor", None)
            and option.type_descriptor.annotation is datetime
        ):
            option.metavar = "YYYY-MM-DD"
    for inner in getattr(command, "commands", {}).values():
        _readable(inner)


def run() -> None:
    """Run the command line. Errors of ours are told without a traceback; bugs keep theirs."""
    try:
        # Not standalone, Click gives a command's exit code back instead of ending the process with it.
        sys.exit(gathered()(standalone_mode=False))
    except HsqboError as error:
        problem(str(error))
        sys.exit(int(error.exit_code))
    except (KeyboardInterrupt, typer.Abort):
        problem("Stopped. What was written is in the journal; the next run looks it up first.")
        sys.exit(130)
    except OSError as error:
        problem(_disk(error))
        sys.exit(int(ExitCode.RED))
    except Exception as error:
        wrong = _usage(error)
        if wrong is None:
            raise
        sys.exit(wrong)


def _usage(error: Exception) -> int | None:
    """Typer's own complaints about options: told in one line, exit code 2."""
    show = getattr(error, "format_message", None)
    if show is None:
        return None
    problem(f"{show()} Try `hsqbo --help`.")
    return int(ExitCode.CONFIGURATION)


def _disk(error: OSError) -> str:
    place = f"{error.filename}: " if error.filename else ""
    if error.errno == 28:
        return f"{place}the disk is full. Make room and run again; nothing half-written was kept."
    return f"{place}{error.strerror or error}"
