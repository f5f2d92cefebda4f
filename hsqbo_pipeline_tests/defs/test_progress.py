"""What a run tells whoever watches it, and how the terminal says it."""

from __future__ import annotations

import io

from rich.console import Console

from hsqbo_pipeline.cli.progress import Lines, told, watching
from hsqbo_pipeline.model.rules import load as load_rules
from hsqbo_pipeline.runs.request import Request
from hsqbo_pipeline.runs.sync import sync
from hsqbo_pipeline.settings import load as load_settings
from hsqbo_pipeline_tests.defs.conftest import Place


def test_a_run_counts_what_it_reads_and_writes(company: Place) -> None:
    """Each object read is counted page by page; each wave counts its requests up to all of them."""
    seen: dict[tuple[str, str], list[tuple[int, int | None]]] = {}

    def counted(stage: str, what: str, done: int, total: int | None) -> None:
        seen.setdefault((stage, what), []).append((done, total))

    settings = load_settings()
    sync(settings, load_rules(settings.rules), Request(approve="auto"), counted=counted)
    assert seen["read", "quickbooks Customer"][-1] == (2, None)
    assert seen["read", "hubspot contacts"][-1] == (1, None)
    for wave in ("products", "customers", "invoices"):
        counts = seen["write", wave]
        assert counts[0][0] == 0
        assert counts[-1][0] == counts[-1][1] > 0  # type: ignore[operator]
        assert counts == sorted(counts, key=lambda each: each[0])


def test_a_log_gets_a_plain_line_now_and_then() -> None:
    """Without a terminal: nothing for what is quick, a line with count, rate and time left every five seconds, and the end."""
    text, clock = io.StringIO(), iter((0.0, 1.0, 6.0, 8.0, 12.0, 12.5))
    lines = Lines(Console(file=text, width=200), now=lambda: next(clock))
    for done in (0, 50, 300, 400, 600, 1200):
        lines("write", "invoices", done, 1200)
    assert text.getvalue().splitlines() == [
        "write: invoices 300 of 1,200, 50 a second, 18 s left",
        "write: invoices 600 of 1,200, 50 a second, 12 s left",
        "write: invoices 1,200 of 1,200, 96 a second",
    ]


def test_a_terminal_gets_bars_and_a_pipe_none() -> None:
    """On a terminal the count moves in place; into a pipe goes no control sign."""
    for terminal in (True, False):
        text = io.StringIO()
        with watching(Console(file=text, force_terminal=terminal, width=120, highlight=False)) as watch:
            watch.said("read", "reading [both] systems")
            watch.counted("read", "hubspot contacts", 100, None)
            watch.counted("write", "invoices", 5, 10)
        assert "read: reading [both] systems" in text.getvalue()
        assert ("\x1b[" in text.getvalue(), "write invoices" in text.getvalue()) == (terminal, terminal)


def test_slow_things_are_told_by_the_minute() -> None:
    """Less than one a second is told by the minute; what nobody knows the end of has no time left."""
    assert told("invoices", 5, None, 10.0) == "invoices 5, 30 a minute"
    assert told("invoices", 100, None, 0.004) == "invoices 100"
    assert told("invoices", 0, 10, 0.0) == "invoices 0 of 10"
