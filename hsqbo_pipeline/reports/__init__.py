"""What people read about a run. Everything here reads the published tables; nothing opens the live warehouse."""

from __future__ import annotations

from pathlib import Path


def write_all(data: Path, run_id: str | None = None) -> Path:
    """Write every report of a run that was published: the HTML page, the plan, the failure report, the worklist; the page's path.

    Heavy libraries are imported here and not before, so that `import hsqbo_pipeline.reports` costs nothing.
    """
    from hsqbo_pipeline.reports.failures import write_failures
    from hsqbo_pipeline.reports.html.page import write_report
    from hsqbo_pipeline.reports.worklist import write_worklist

    write_failures(data, run_id)
    _write_plan(data, run_id)
    write_worklist(data)
    return write_report(data, run_id)


def _write_plan(data: Path, run_id: str | None) -> None:
    """`reports/plan-<hash>.html`, where the run had something to do."""
    from hsqbo_pipeline.reports.html.plan_page import write_plan
    from hsqbo_pipeline.reports.plans import of_hash
    from hsqbo_pipeline.reports.published import open_published, run_of

    with open_published(data) as con:
        plan_hash = run_of(con, run_id)["plan_hash"]
        found = of_hash(con, plan_hash) if plan_hash else None
    if found is not None and found[1]:
        write_plan(data / "reports" / f"plan-{found[0]['hash'][:12]}.html", *found)
