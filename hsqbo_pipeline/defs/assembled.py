"""All assets, jobs, schedules and sensors of one connection, put together once."""

import logging
import warnings

import dagster as dg

from hsqbo_pipeline.defs.applying import applying
from hsqbo_pipeline.defs.books import books_asset
from hsqbo_pipeline.defs.deciding import deciding
from hsqbo_pipeline.defs.doctoring import doctor_asset
from hsqbo_pipeline.defs.exporting import export_asset
from hsqbo_pipeline.defs.extraction import extraction
from hsqbo_pipeline.defs.grid import Grid, grid
from hsqbo_pipeline.defs.jobs import jobs
from hsqbo_pipeline.defs.names import connection
from hsqbo_pipeline.defs.night_resource import NightResource
from hsqbo_pipeline.defs.reporting import reporting
from hsqbo_pipeline.defs.run_report import run_report_asset
from hsqbo_pipeline.defs.schedules import schedules
from hsqbo_pipeline.defs.sensors import sensors
from hsqbo_pipeline.errors import HsqboError
from hsqbo_pipeline.model.rules import Rules
from hsqbo_pipeline.model.rules import load as load_rules
from hsqbo_pipeline.settings import Settings
from hsqbo_pipeline.settings import load as load_settings


def assembled() -> dg.Definitions:
    """The definitions of this process's connection. Raises ConfigurationError for settings that are wrong."""
    connection.cache_clear()
    with warnings.catch_warnings():
        # One run for many days (`backfill_policy`) is beta in Dagster; a person who starts it can do nothing about that.
        warnings.simplefilter("ignore", dg.BetaWarning)
        return _assembled(load_settings())


def _assembled(settings: Settings) -> dg.Definitions:
    rules = _rules(settings)
    wait_for = settings.wait_for.total_seconds()
    made = jobs(wait_for)
    by_name = {job.name: job for job in made}
    return dg.Definitions(
        assets=[
            books_asset(grid(settings, rules)),
            extraction(rules),
            *deciding(rules),
            *applying(rules),
            *reporting(),
            run_report_asset(rules.timezone, scheduled=settings.schedules),
            doctor_asset(),
            export_asset(),
        ],
        jobs=made,
        schedules=schedules(by_name, rules.timezone, on=settings.schedules),
        sensors=sensors(made, on=settings.schedules),
        resources={"night": NightResource(wait_for_seconds=wait_for)},
        # One process per run, whatever is chosen in the graph: the warehouse is opened once per run, by one writer.
        executor=dg.in_process_executor,
    )


def calendar() -> Grid:
    """The days of this process's connection."""
    settings = load_settings()
    return grid(settings, _rules(settings))


def _rules(settings: Settings) -> Rules:
    """The rules; where the file is missing or wrong the UI still comes up, and each run says what is wrong with it."""
    try:
        return load_rules(settings.rules)
    except HsqboError as error:
        logging.getLogger(__name__).error("%s\nRuns will end with this message until it is put right.", error)
        return Rules(timezone="UTC")
