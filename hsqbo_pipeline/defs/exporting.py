"""The record view as a file, from the UI: its job writes what was chosen in the launchpad, and touches no system."""

from datetime import UTC, datetime

import dagster as dg

from hsqbo_pipeline.defs.names import OWNERS, REPORT, key
from hsqbo_pipeline.defs.run_report import NAME as RUN_REPORT
from hsqbo_pipeline.errors import HsqboError
from hsqbo_pipeline.reports.markdown import plain
from hsqbo_pipeline.settings import load as load_settings

EXPORT = "records_export"
_DESCRIPTION = """
**All records as a file**, with their states, reasons and fixes, as last published: csv, xlsx, parquet or json. Job *export*; its
launchpad takes the columns and filters of the report's record view, and leaves personal data out where `masked` is true.
Text that a spreadsheet would calculate is defused. No part of a night: `HSQBO_EXPORT_URLS` sends one by itself each week.
"""


class ExportConfig(dg.Config):
    """What goes into the file. Columns are divided by commas, none means the usual ones; an empty filter lets everything
    through; `since` is a day, YYYY-MM-DD."""

    format: str = "xlsx"
    columns: str = ""
    state: str = ""
    code: str = ""
    object: str = ""
    direction: str = ""
    since: str = ""
    masked: bool = False


def export_asset() -> dg.AssetsDefinition:
    """The file as an asset."""

    @dg.asset(
        key=key(EXPORT),
        deps=[key(RUN_REPORT)],
        group_name=REPORT,
        kinds={"excel"},
        owners=OWNERS,
        description=_DESCRIPTION,
        backfill_policy=dg.BackfillPolicy.single_run(),
    )
    def records_export(config: ExportConfig) -> dg.MaterializeResult:  # type: ignore[type-arg]
        from hsqbo_pipeline.reports.export import DEFAULT_COLUMNS, Choice, export

        try:
            choice = Choice(
                columns=[name.strip() for name in config.columns.split(",")] if config.columns else DEFAULT_COLUMNS,
                state=config.state or None,
                code=config.code or None,
                entity=config.object or None,
                since=_day(config.since),
                direction=config.direction or None,
                masked=config.masked,
            )
            path, written = export(load_settings().data, choice, config.format)
        except HsqboError as error:
            # A person asked for what there is not; nothing else depends on the file.
            raise dg.Failure(str(error), allow_retries=False) from None
        return dg.MaterializeResult(
            metadata={
                "summary": dg.MetadataValue.md(f"{written:,} records in {plain(path.name)}."),
                "file": dg.MetadataValue.path(str(path.resolve())),
                "dagster/row_count": written,
            }
        )

    return records_export


def _day(text: str) -> datetime | None:
    try:
        return datetime.fromisoformat(text).replace(tzinfo=UTC) if text else None
    except ValueError:
        raise dg.Failure(f"since: {text} is no day like 2026-11-30", allow_retries=False) from None
