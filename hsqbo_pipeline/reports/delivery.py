"""The export as a file that comes by itself: sent to the addresses of HSQBO_EXPORT_URLS, every so many days.

The same notifier as the alerts carries it, so a mail, a chat channel or any webhook that takes attachments will do.
Sending never fails a run: what did not get through is sent with the next night.
"""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from hsqbo_pipeline.core.tables import Row
from hsqbo_pipeline.errors import ConfigurationError, HsqboError
from hsqbo_pipeline.reports.export import Choice, export
from hsqbo_pipeline.reports.money import business_day

if TYPE_CHECKING:
    from hsqbo_pipeline.settings import Settings

_NIGHTS = ("nightly", "sweep")


def due(settings: Settings, run: Row, last: str | None) -> bool:
    """Whether the run's day is one on which the export goes out; `last` is the day it last did, None for never."""
    if not settings.export_urls or run["kind"] not in _NIGHTS:
        return False
    return last is None or business_day(run) >= date.fromisoformat(last) + timedelta(days=settings.export_every_days)


def send_export(settings: Settings, data: Path) -> bool:
    """Write all records as xlsx and send them; whether every address took it."""
    try:
        path, written = export(data, Choice(masked=settings.export_masked), "xlsx")
    except HsqboError:
        return False  # more rows than a sheet holds, for one; a run does not fail for it
    return send_file(settings, path, f"{written:,} records")


def send_file(settings: Settings, path: Path, said: str) -> bool:
    """Send a file to the addresses of HSQBO_EXPORT_URLS. Raises ConfigurationError where there is none."""
    import apprise

    if not settings.export_urls:
        raise ConfigurationError(
            "there is no address to send to; name one such as mailto://… in HSQBO_EXPORT_URLS",
            field="HSQBO_EXPORT_URLS",
        )
    post = apprise.Apprise()
    for url in settings.export_urls:
        post.add(url.get_secret_value())
    title = f"hsqbo {settings.connection}: export" if settings.connection else "hsqbo: export"
    return bool(post.notify(title=title, body=f"{path.name}: {said}", attach=str(path.resolve())))
