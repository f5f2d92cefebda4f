"""`hsqbo export`: the record view as a file."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from hsqbo_pipeline.cli.app import app
from hsqbo_pipeline.cli.printing import out, problem
from hsqbo_pipeline.errors import ExitCode
from hsqbo_pipeline.reports.delivery import send_file
from hsqbo_pipeline.reports.export import DEFAULT_COLUMNS, FORMATS, Choice
from hsqbo_pipeline.reports.export import export as write_export
from hsqbo_pipeline.reports.published import COLUMNS
from hsqbo_pipeline.settings import load as load_settings


@app.command()
def export(
    kind: Annotated[
        str | None, typer.Option("--format", help="csv, xlsx, parquet or json; without it, as --output ends, else csv.")
    ] = None,
    output: Annotated[Path | None, typer.Option(help="The file; without it, one in the data folder's reports.")] = None,
    columns: Annotated[
        str,
        typer.Option(
            help=f"Which columns, separated by commas, of: {', '.join(COLUMNS)}.",
            show_default=f"all but the last {len(COLUMNS) - len(DEFAULT_COLUMNS)}",
        ),
    ] = ",".join(DEFAULT_COLUMNS),
    state: Annotated[
        str | None, typer.Option(help="in_sync, warning, failing, excluded, waiting or blocked; without it, all.")
    ] = None,
    code: Annotated[str | None, typer.Option(help="One code, such as ID_EMAIL_SHARED.")] = None,
    entity: Annotated[str | None, typer.Option("--object", help="customer, product, invoice or payment.")] = None,
    direction: Annotated[str | None, typer.Option(help="quickbooks_to_hubspot or hubspot_to_quickbooks.")] = None,
    since: Annotated[
        datetime | None, typer.Option(formats=["%Y-%m-%d"], help="Only what began on that day or later.")
    ] = None,
    send: Annotated[bool, typer.Option("--send", help="Send the file to the addresses of HSQBO_EXPORT_URLS.")] = False,
    mask: Annotated[bool, typer.Option("--mask", help="Leave personal data out.")] = False,
) -> None:
    """Write the records, filtered and in the columns you choose, to a file."""
    wanted = Choice(
        columns=tuple(name.strip() for name in columns.split(",") if name.strip()),
        state=state,
        code=code,
        entity=entity,
        since=since.replace(tzinfo=UTC) if since else None,
        direction=direction,
        masked=mask,
    )
    suffix = output.suffix.lstrip(".").lower() if output else ""
    settings = load_settings()
    path, written = write_export(
        settings.data, wanted, (kind or (suffix if suffix in FORMATS else "csv")).lower(), output
    )
    out.print(f"{written:,} records: {path}", markup=False, soft_wrap=True)
    if send and not send_file(settings, path, f"{written:,} records"):
        problem("The file did not get through to every address; it lies where it was written.")
        raise typer.Exit(int(ExitCode.RED))
