"""What the rules look at beside the records: put together once both systems were read."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING

from hsqbo_pipeline.core.decisions import Company, Situation
from hsqbo_pipeline.core.tables import rows
from hsqbo_pipeline.extract.facts import read_company, read_portal
from hsqbo_pipeline.model.rules import Rules
from hsqbo_pipeline.runs.request import Kind
from hsqbo_pipeline.store import journal

if TYPE_CHECKING:
    from hsqbo_pipeline.runs.night import Night


def make_situation(night: Night) -> Situation:
    """The situation of this run. "Today" is QuickBooks' own time in the company's zone, never this machine's clock."""
    con, rules = night.warehouse.con, night.rules
    now = _quickbooks_now(night)
    today = now.astimezone(rules.zone).date()
    company = read_company(con, night.settings.quickbooks_realm)
    return Situation(
        run_id=night.run_id,
        run_number=night.number,
        rules=rules,
        company=replace(company, closed_until=closed_until(company, rules, today)),
        portal=read_portal(con),
        environment=night.settings.environment,
        zone=rules.zone,
        now=now,
        today=today,
        closing_said=company.closed_until is not None,
        scheduled=night.request.kind in (Kind.NIGHTLY, Kind.CONTINUOUS, Kind.SWEEP),
        backfill=_backfill(night),
        blocked=dict(night.blocked),
        sequences=journal.sequences(con),
    )


def closed_until(company: Company, rules: Rules, today: date) -> date | None:
    """The last day whose books are closed.

    The company's own closing date always counts. Without one the rule for that case holds, but never for days that
    `start` says come along: whoever sets the start back to an old book means to write there.
    """
    if company.closed_until is not None:
        return company.closed_until
    by_rule = rules.closing.last_closed_day(None, today, company.fiscal_year_start_month)
    if by_rule is None or rules.start is None:
        return by_rule
    start = rules.start_utc
    assert start is not None, "a start that is set has a moment"
    return min(by_rule, start.astimezone(rules.zone).date() - timedelta(days=1))


def _quickbooks_now(night: Night) -> datetime:
    found = rows(
        night.warehouse.con,
        "SELECT max(read_at) FILTER (system = 'quickbooks') AS quickbooks, max(read_at) AS either FROM reads WHERE run_id = $run",
        {"run": night.run_id},
    )[0]
    return found["quickbooks"] or found["either"] or night.started_at


def _backfill(night: Night) -> str | None:
    """Records made by a backfill, or by the very first load, say so: workflows that greet customers can leave them out.

    The words name the days, not the run: a plan that was shown by one run and applied by the next must be the same plan.
    """
    request = night.request
    if request.kind is Kind.BACKFILL:
        return f"{request.from_day or 'beginning'} to {request.to_day or 'today'}"
    con = night.warehouse.con
    first_load = not rows(con, "SELECT 1 FROM links LIMIT 1")
    return "first load" if first_load else None
