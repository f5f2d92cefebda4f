"""The associations API: of one record, in batches, and the labels of a pair.

Writes are idempotent and bump no last-modified time. Limits: 1,000 inputs to read, 2,000 to write, 500 targets a page.
"""

from __future__ import annotations

from typing import Any

from hsqbo_pipeline.sandbox.hubspot import amounts, batches, linking, rendering
from hsqbo_pipeline.sandbox.hubspot.association_types import TYPES, AssociationType, default_type, types_between
from hsqbo_pipeline.sandbox.hubspot.crm import Crm
from hsqbo_pipeline.sandbox.hubspot.kinds import Kind
from hsqbo_pipeline.sandbox.hubspot.objects_api import kind_of
from hsqbo_pipeline.sandbox.hubspot.refusals import RefusalError, invalid, invalid_associations, not_found
from hsqbo_pipeline.sandbox.hubspot.reply import Reply
from hsqbo_pipeline.sandbox.hubspot.request import Request
from hsqbo_pipeline.sandbox.hubspot.values import is_digits

MAX_READ, MAX_WRITE, PAGE = 1000, 2000, 500
Pair = tuple[Kind, Kind]


class AssociationsApi:
    """Handlers of `/crm/associations/{version}/…` and of the association paths below one record."""

    def __init__(self, crm: Crm) -> None:
        self._crm = crm

    # ---- of one record

    def list_one(self, request: Request) -> Reply:
        """What a record is associated with, 500 a page."""
        source, target = self._pair(request, "read")
        record = self._crm.record(source.name, request.names["id"])
        limit, after = request.number("limit", PAGE, PAGE), request.one("after")
        rows, following = self._page(request, (source, target), record.id, after=after, limit=limit)
        body: dict[str, Any] = {"results": rows}
        if following:
            link = f"https://api.hubapi.com{request.path}?after={following}"
            body["paging"] = {"next": {"after": following, "link": link}}
        return Reply(200, body)

    def put_default(self, request: Request) -> Reply:
        """Makes the unlabelled association."""
        started = self._crm.now_ms()
        source, target = self._pair(request, "write")
        kind = _unlabelled(source, target)
        pair = self._ids(source, request.names["id"], target, request.names["to_id"])
        linking.check(self._crm, kind, *pair, request.actor)
        linking.connect(self._crm, kind, *pair)
        amounts.refresh(self._crm)
        return Reply(200, batches.answer(self._crm, started, _both_ways(kind, *pair)))

    def put_labels(self, request: Request) -> Reply:
        """Sets the labels of an association to exactly those sent."""
        source, target = self._pair(request, "write")
        kinds = linking.read_types(source.name, target.name, request.json())
        source_id, target_id = self._ids(source, request.names["id"], target, request.names["to_id"])
        for kind in kinds:
            linking.check(self._crm, kind, source_id, target_id, request.actor)
        self._crm.links.replace(kinds, source_id, target_id)
        linking.mark(self._crm, source.name, source_id, target.name, target_id)
        amounts.refresh(self._crm)
        return Reply(201, self._labelled(request, source, target, source_id, target_id))

    def delete_one(self, request: Request) -> Reply:
        """Ends an association with all its labels."""
        source, target = self._pair(request, "write")
        source_id, target_id = self._ids(source, request.names["id"], target, request.names["to_id"])
        linking.disconnect(self._crm, source.name, source_id, target.name, target_id, actor=request.actor)
        amounts.refresh(self._crm)
        return Reply(204)

    # ---- in batches

    def batch_read(self, request: Request) -> Reply:
        """What up to 1,000 records are associated with; 207 names those that have nothing."""
        started = self._crm.now_ms()
        source, target = self._pair(request, "read")
        results, errors = [], []
        for each in batches.inputs_of(request.object(), MAX_READ):
            key = str(each.get("id", ""))
            record = self._crm.stores[source.name].find(int(key)) if is_digits(key) else None
            rows: list[dict[str, Any]] = []
            following = None
            if record is not None:
                after = each.get("after")
                rows, following = self._page(request, (source, target), record.id, after=after, limit=PAGE)
            if not rows:
                message = f"No {target.name} is associated with {source.name} {key}."
                errors.append(not_found(message, fromObjectId=[key]).multi_status())
                continue
            found: dict[str, Any] = {"from": {"id": key}, "to": rows}
            if following:
                found["paging"] = {"next": {"after": following}}
            results.append(found)
        self._crm.shuffle.shuffle(results)
        return Reply(207 if errors else 200, batches.answer(self._crm, started, results, errors))

    def batch_default(self, request: Request) -> Reply:
        """Unlabelled associations for up to 2,000 pairs; the answer lists both directions of each."""
        started = self._crm.now_ms()
        source, target = self._pair(request, "write")
        kind = _unlabelled(source, target)
        pairs = [self._from_to(source, target, each) for each in batches.inputs_of(request.object(), MAX_WRITE)]
        for pair in pairs:
            linking.check(self._crm, kind, *pair, request.actor)
        for pair in pairs:
            linking.connect(self._crm, kind, *pair)
        amounts.refresh(self._crm)
        rows = [row for pair in pairs for row in _both_ways(kind, *pair)]
        return Reply(200, batches.answer(self._crm, started, rows))

    def batch_create(self, request: Request) -> Reply:
        """Labelled associations for up to 2,000 pairs; 207 where some could not be made."""
        started = self._crm.now_ms()
        source, target = self._pair(request, "write")
        rows, errors = [], []
        listed = batches.inputs_of(request.object(), MAX_WRITE)
        kinds = [linking.read_types(source.name, target.name, each.get("types")) for each in listed]
        for each, wanted in zip(listed, kinds, strict=True):
            try:
                pair = self._from_to(source, target, each)
                for kind in wanted:
                    linking.check(self._crm, kind, *pair, request.actor)
            except RefusalError as refusal:
                errors.append(refusal.multi_status())
                continue
            for kind in wanted:
                linking.connect(self._crm, kind, *pair)
            rows.append(self._labelled(request, source, target, *pair))
        amounts.refresh(self._crm)
        if errors and not rows:
            raise invalid_associations(sorted({str(linking.end_of(each, "from")) for each in listed}))
        return Reply(207 if errors else 201, batches.answer(self._crm, started, rows, errors))

    def batch_archive(self, request: Request) -> Reply:
        """Ends associations, all or none. The date-based versions answer 200 with a body, v4 204."""
        started = self._crm.now_ms()
        source, target = self._pair(request, "write")
        pairs = []
        for each in batches.inputs_of(request.object(), MAX_WRITE):
            listed = each.get("to")
            ends = listed if isinstance(listed, list) else [listed]
            pairs += [_numbers(linking.end_of(each, "from"), linking.end_of({"to": end}, "to")) for end in ends]
        known = [pair for pair in pairs if pair is not None]
        for pair in known:
            linking.refuse_end(self._crm, source.name, pair[0], target.name, pair[1], actor=request.actor)
        for pair in known:
            linking.disconnect(self._crm, source.name, pair[0], target.name, pair[1], actor=request.actor)
        amounts.refresh(self._crm)
        return self._gone(request, started)

    def batch_remove_labels(self, request: Request) -> Reply:
        """Removes single labels, all or none; removing the unlabelled type ends the association."""
        started = self._crm.now_ms()
        source, target = self._pair(request, "write")
        removals = []
        for each in batches.inputs_of(request.object(), MAX_WRITE):
            kinds = linking.read_types(source.name, target.name, each.get("types"))
            pair = _numbers(linking.end_of(each, "from"), linking.end_of(each, "to"))
            removals += [(kind, pair) for kind in kinds if pair is not None]
        for _, pair in removals:
            linking.refuse_end(self._crm, source.name, pair[0], target.name, pair[1], actor=request.actor)
        for kind, pair in removals:
            self._crm.links.remove_type(kind, *pair)
            linking.mark(self._crm, source.name, pair[0], target.name, pair[1])
        amounts.refresh(self._crm)
        return self._gone(request, started)

    def labels(self, request: Request) -> Reply:
        """The association types of a pair of object types."""
        source, target = self._pair(request, "read")
        found = types_between(source.name, target.name)
        return Reply(200, {"results": rendering.labels(source.name, target.name, [each.type_id for each in found])})

    # ---- shared

    def _pair(self, request: Request, access: str) -> Pair:
        source, target = kind_of(request.names["type"]), kind_of(request.names["to"])
        request.token.need(*(f"crm.objects.{kind.scope}.{access}" for kind in (source, target)))
        return source, target

    def _ids(self, source: Kind, source_id: str, target: Kind, target_id: str) -> tuple[int, int]:
        pair = _numbers(source_id, target_id)
        if pair is None:
            raise invalid_associations([source_id, target_id])
        return self._crm.stores[source.name].resolve(pair[0]), self._crm.stores[target.name].resolve(pair[1])

    def _from_to(self, source: Kind, target: Kind, each: dict[str, Any]) -> tuple[int, int]:
        return self._ids(source, linking.end_of(each, "from"), target, linking.end_of(each, "to"))

    def _page(
        self, request: Request, pair: Pair, record_id: int, *, after: Any, limit: int
    ) -> tuple[list[dict[str, Any]], str | None]:
        source, target = pair
        labelled = self._crm.links.labels(source.name, record_id, target.name)
        start = int(after) if is_digits(str(after or "")) else 0
        rest = sorted(each for each in labelled if each >= start)
        rows = [
            {
                "toObjectId": self._object_id(request, each),
                "associationTypes": rendering.labels(source.name, target.name, labelled[each]),
            }
            for each in rest[:limit]
        ]
        return rows, str(rest[limit]) if len(rest) > limit else None

    def _object_id(self, request: Request, record_id: int) -> int | str:
        switches = self._crm.switches
        as_number = switches.hs_number_to_object_id if request.dated else switches.hs_number_to_object_id_v4
        return record_id if as_number else str(record_id)

    def _labelled(self, request: Request, source: Kind, target: Kind, source_id: int, target_id: int) -> dict[str, Any]:
        types = self._crm.links.labels(source.name, source_id, target.name).get(target_id, ())
        named = [TYPES[source.name, target.name, each].label for each in types]
        return {
            "fromObjectTypeId": source.type_id,
            "fromObjectId": self._object_id(request, source_id),
            "toObjectTypeId": target.type_id,
            "toObjectId": self._object_id(request, target_id),
            "labels": [each for each in named if each],
        }

    def _gone(self, request: Request, started: int) -> Reply:
        return Reply(200, batches.answer(self._crm, started, [])) if request.dated else Reply(204)


def _unlabelled(source: Kind, target: Kind) -> AssociationType:
    kind = default_type(source.name, target.name)
    if kind is None:
        raise invalid(f"{source.type_id} and {target.type_id} can not be associated by default")
    return kind


def _both_ways(kind: AssociationType, source_id: int, target_id: int) -> list[dict[str, Any]]:
    ways = ((source_id, target_id, kind.type_id), (target_id, source_id, kind.inverse))
    return [
        {
            "from": {"id": str(left)},
            "to": {"id": str(right)},
            "associationSpec": {"associationCategory": "HUBSPOT_DEFINED", "associationTypeId": type_id},
        }
        for left, right, type_id in ways
    ]


def _numbers(left: str, right: str) -> tuple[int, int] | None:
    return (int(left), int(right)) if is_digits(left) and is_digits(right) else None
