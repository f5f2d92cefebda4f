"""The `hsqbo` command: its parts, and how an error becomes a message and an exit code."""

from __future__ import annotations

import sys

import typer

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


def run() -> None:
    """Run the command line. Errors of ours are told without a traceback; bugs keep theirs."""
    _gather()
    try:
        # Not standalone, Click gives a command's exit code back instead of ending the process with it.
        sys.exit(app(standalone_mode=False))
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
