"""What a run has to read of each object: everything, or what changed since the watermark."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from hsqbo_pipeline.mapping.properties import hubspot_properties
from hsqbo_pipeline.model.names import HUBSPOT_OBJECTS
from hsqbo_pipeline.model.progress import Counted, unwatched
from hsqbo_pipeline.store.reads import MirrorState

# HubSpot's search shows a change some seconds late, minutes at worst; QuickBooks stamps a change when its transaction
# begins, so one may surface a little after its time.
HUBSPOT_OVERLAP = timedelta(minutes=15)
QUICKBOOKS_OVERLAP = timedelta(minutes=5)
SWEEP_EVERY = timedelta(days=7)


def _all_properties() -> Mapping[str, tuple[str, ...]]:
    return {name: hubspot_properties(name) for name in HUBSPOT_OBJECTS}


@dataclass(frozen=True)
class Reading:
    """What `read_all` is asked for.

    `properties`: what to ask HubSpot for, per object (`mapping.properties.hubspot_properties` with the field map).
    `sweep`: read everything again, compare the ids, and re-read all associations, whatever the watermarks say.
    `definitions`: read what HubSpot says of its properties although nothing else is read whole.
    """

    run_id: str
    properties: Mapping[str, tuple[str, ...]] = field(default_factory=_all_properties)
    sweep: bool = False
    definitions: bool = False
    hubspot_overlap: timedelta = HUBSPOT_OVERLAP
    quickbooks_overlap: timedelta = QUICKBOOKS_OVERLAP
    counted: Counted = unwatched


def read_since(state: MirrorState, reading: Reading, properties: tuple[str, ...] = ()) -> datetime | None:
    """From when on an object's changes are read; None where it must be read whole.

    Whole: a sweep, an object never read completely, or one of which more properties are wanted than were ever asked for
    (records that did not change since would lack them for ever).
    """
    known = state.complete_since is not None and set(properties) <= set(state.properties)
    return state.watermark if known and not reading.sweep else None


def sweep_due(states: Mapping[tuple[str, str], MirrorState]) -> bool:
    """Whether some object had last been read whole a week before its last read, by its own system's time."""
    return any(
        state.read_at - state.swept_at >= SWEEP_EVERY
        for state in states.values()
        if state.read_at is not None and state.swept_at is not None
    )
