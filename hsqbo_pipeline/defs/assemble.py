"""Putting the definitions together from settings and rules."""

import warnings
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import dagster as dg

from hsqbo_pipeline.defs.books import books, days
from hsqbo_pipeline.defs.extraction import extraction
from hsqbo_pipeline.defs.jobs import NIGHT, jobs, schedules
from hsqbo_pipeline.defs.night_resource import NightResource
from hsqbo_pipeline.defs.report_assets import report_assets
from hsqbo_pipeline.defs.stage_assets import stage_assets
from hsqbo_pipeline.errors import ConfigurationError
from hsqbo_pipeline.model.rules import load as load_rules
from hsqbo_pipeline.settings import load as load_settings


def assemble(night: NightResource | None = None) -> dg.Definitions:
    """The definitions, with another night resource where one is given.

    Without readable rules the grid begins this year in UTC; a run then says what is wrong with them.
    """
    # Single-run backfills are what this product wants; that Dagster calls the parameter beta is no news for its users.
    warnings.filterwarnings("ignore", category=dg.BetaWarning)
    settings = load_settings()
    zone, first = ZoneInfo("UTC"), datetime.now(UTC).date().replace(month=1, day=1)
    try:
        rules = load_rules(settings.rules)
    except ConfigurationError:
        pass
    else:
        zone = rules.zone
        first = _first_day(rules.start_utc, zone)
    made = jobs(settings.wait_for.total_seconds())
    return dg.Definitions(
        assets=[books(days(first, zone)), extraction(), *stage_assets(), *report_assets()],
        jobs=made,
        schedules=schedules(made, zone.key, on=settings.schedules),
        resources={NIGHT: night or NightResource()},
        executor=dg.in_process_executor,
    )


def _first_day(start: datetime | None, zone: ZoneInfo) -> date:
    """The grid begins with the start of the sync, else with the year before last."""
    if start is not None:
        return start.astimezone(zone).date()
    return date(datetime.now(zone).year - 2, 1, 1)
