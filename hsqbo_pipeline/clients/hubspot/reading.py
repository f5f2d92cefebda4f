"""Shapes of HubSpot's read answers: pages, batch reads with missing and merged ids, associations."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import orjson

from hsqbo_pipeline.clients.faults import REMOTE, TRUNCATED, Fault, error_of
from hsqbo_pipeline.clients.hubspot.answers import Associated
from hsqbo_pipeline.clients.hubspot.faults import SYSTEM
from hsqbo_pipeline.clients.hubspot.matching import key_of
from hsqbo_pipeline.clients.pages import Page, Record
from hsqbo_pipeline.clients.transport import Answer

MERGED_IDS = "hs_merged_object_ids"
_ID = "hs_object_id"


def page_of(answer: Answer) -> Page:
    """An answer with `results`. Raises RemoteError if it has none."""
    results = answer.data.get("results") if isinstance(answer.data, dict) else None
    if not isinstance(results, list):
        said = "the answer holds no results"
        raise error_of(Fault(REMOTE, answer.status, "", said, request_id=answer.request_id, system=SYSTEM))
    total = answer.data.get("total")
    records = [record for record in results if isinstance(record, dict)]
    return Page(answer.body, records, answer.time, answer.request_id, total if isinstance(total, int) else None)


def next_of(data: Any) -> str | None:
    """The `after` of the next page; None on the last."""
    paging = data.get("paging") if isinstance(data, dict) else None
    following = paging.get("next") if isinstance(paging, dict) else None
    after = following.get("after") if isinstance(following, dict) else None
    return str(after) if after is not None else None


def search_body(
    groups: Sequence[Sequence[Record]], properties: Sequence[str], limit: int, last_id: str | None
) -> Record:
    """A search sorted by id that begins behind `last_id`.

    The id filter joins every group, so a caller's groups hold five filters at most (six each, 18 in all; documented).
    """
    behind: list[Record] = []
    if last_id is not None:
        behind = [{"propertyName": _ID, "operator": "GT", "value": last_id}]
    filters = [{"filters": [*group, *behind]} for group in (groups or [[]]) if group or behind]
    return {
        "filterGroups": filters,
        "sorts": [{"propertyName": _ID, "direction": "ASCENDING"}],
        "properties": list(properties),
        "limit": limit,
    }


def check_search_page(page: Page, more: bool, last_id: str | None) -> None:
    """Raise RemoteError SYS_EXTRACT_TRUNCATED for a page that would end or stall a search before its time."""
    ids = [int(record["id"]) for record in page.records]
    stalled = bool(ids) and last_id is not None and min(ids) <= int(last_id)
    short = not more and page.total is not None and page.total > len(ids)
    if stalled or ids != sorted(ids) or short or (more and not ids):
        said = f"the search gave {len(ids)} of {page.total} records and no way to the rest"
        raise error_of(Fault(TRUNCATED, 200, "", said, request_id=page.request_id, system=SYSTEM))


def unread(requested: Sequence[str], page: Page, id_property: str | None) -> tuple[list[str], dict[str, str]]:
    """Which requested ids have no record in the answer, and which were answered under another id (merged).

    A survivor names the ids it took in (HubSpot, merge documentation; the contacts' variant is known from field data).
    """
    if id_property is not None:
        held = {key_of(id_property, _properties(record).get(id_property)) for record in page.records}
        return [value for value in requested if key_of(id_property, value) not in held], {}
    found = {str(record.get("id")) for record in page.records}
    left = [value for value in requested if value not in found]
    survivors = {old: str(record["id"]) for record in page.records for old in _taken_in(record)}
    moved = {old: survivors[old] for old in left if old in survivors}
    strangers = found - set(requested) - set(moved.values())
    left = [value for value in left if value not in moved]
    if len(left) == len(strangers) == 1 and not _named_missing(page):
        moved[left.pop()] = strangers.pop()
    return left, moved


def check_missing(left: Sequence[str], page: Page, id_property: str | None) -> None:
    """Raise RemoteError SYS_EXTRACT_TRUNCATED if the answer lacks records without saying that there are none.

    HubSpot names ids that it has no record of in `errors` (batch read, 207). An answer that merely is shorter must not pass
    for that: what is taken for missing counts as deleted, or is made.
    """
    if not left:
        return
    data = orjson.loads(page.raw)
    errors = [each for each in data.get("errors") or () if isinstance(each, dict)]
    key = id_property or "id"
    named = {
        key_of(key, value)
        for each in errors
        for ids in (each.get("context") or {}).values()
        if isinstance(ids, list)
        for value in ids
    }
    silent = [value for value in left if key_of(key, value) not in named]
    if silent and (named or not (errors or data.get("numErrors"))):
        said = f"the answer lacks {len(silent)} records without a word"
        raise error_of(Fault(TRUNCATED, 200, "", said, request_id=page.request_id, system=SYSTEM))


def _named_missing(page: Page) -> bool:
    """Whether the answer itself says that an id does not exist."""
    return b"OBJECT_NOT_FOUND" in page.raw


def _taken_in(record: Record) -> Iterable[str]:
    properties = _properties(record)
    texts = (properties.get(MERGED_IDS), properties.get("hs_calculated_merged_vids"))
    for text in texts:
        for part in re.split(r"[;,]", str(text or "")):
            number = part.split(":", 1)[0].strip()
            if number.isdigit():
                yield number


def _properties(record: Record) -> Mapping[str, Any]:
    properties = record.get("properties")
    return properties if isinstance(properties, dict) else {}


def associated_in(page: Page, links: dict[str, list[Associated]]) -> list[Record]:
    """Add an answer's associations to `links`; give back the inputs of what has further pages.

    `toObjectId` comes as number or text (both seen), and a record once per label: ids become text, types are joined.
    """
    further: list[Record] = []
    for result in page.records:
        from_id = str((result.get("from") or {}).get("id"))
        types = {found.id: found.type_ids for found in links.get(from_id, ())}
        for to in result.get("to") or ():
            to_id = str(to["toObjectId"])
            ids = frozenset(int(kind["typeId"]) for kind in to.get("associationTypes") or ())
            types[to_id] = types.get(to_id, frozenset()) | ids
        links[from_id] = [Associated(to_id, ids) for to_id, ids in types.items()]
        after = next_of(result)
        if after is not None:
            further.append({"id": from_id, "after": after})
    return further
