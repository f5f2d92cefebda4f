"""What people read about a run. Everything here reads the published tables; nothing opens the live warehouse."""

from __future__ import annotations

from pathlib import Path


def write_all(data: Path, run_id: str | None = None) -> Path:
    """Write every report of a run that was published: the HTML page, the failure report, the worklist; the page's path.

    Heavy libraries are imported here and not before, so that `import hsqbo_pipeline.reports` costs nothing.
    """
    from hsqbo_pipeline.reports.failures import write_failures
    from hsqbo_pipeline.reports.html.page import write_report
    from hsqbo_pipeline.reports.worklist import write_worklist

    write_failures(data, run_id)
    write_worklist(data)
    return write_report(data, run_id)
