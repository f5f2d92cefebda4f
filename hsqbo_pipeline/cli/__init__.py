"""The command line: parses and prints, decides nothing."""

from __future__ import annotations


def main() -> None:
    """Entry point of `hsqbo`."""
    from hsqbo_pipeline.cli.app import run

    run()
