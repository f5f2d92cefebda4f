"""The objects API: list, read, create, update, archive, batches, search, merge, forget."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from hsqbo_pipeline.sandbox.hubspot import amounts, batches, linking, merging, rendering, writing
from hsqbo_pipeline.sandbox.hubspot.crm import Crm
from hsqbo_pipeline.sandbox.hubspot.kinds import Kind, find_kind
from hsqbo_pipeline.sandbox.hubspot.records import Record
from hsqbo_pipeline.sandbox.hubspot.refusals import bad_property, invalid, not_found
from hsqbo_pipeline.sandbox.hubspot.reply import Reply
from hsqbo_pipeline.sandbox.hubspot.request import Request
from hsqbo_pipeline.sandbox.hubspot.search import Search
from hsqbo_pipeline.sandbox.hubspot.tokens import Token
from hsqbo_pipeline.sandbox.hubspot.values import is_digits

_ECOMMERCE = frozenset({"products", "line_items"})


def kind_of(alias: str) -> Kind:
    """The object type of a path; 400 for one the portal does not have."""
    kind = find_kind(alias)
    if kind is None:
        raise invalid(f"Unable to infer object type from: {alias}")
    return kind


def need(token: Token, kind: Kind, access: str) -> None:
    """403 unless the token may read or write records of this type."""
    scopes = [f"crm.objects.{kind.scope}.{access}"]
    if kind.scope in _ECOMMERCE:
        scopes.append("e-commerce")
    token.need(*scopes)


class ObjectsApi:
    """Handlers of `/crm/objects/{version}/{type}/…`."""

    def __init__(self, crm: Crm) -> None:
        self._crm = crm
        self._search = Search(crm)

    def list(self, request: Request) -> Reply:
        """A page of live or archived records in order of id."""
        kind = self._kind(request, "read")
        history = request.listed("propertiesWithHistory")
        limit = request.number("limit", 10, 50 if history else 100)
        start = request.cursor()
        store = self._crm.stores[kind.name]
        if request.flag("archived"):
            archived = store.recycle_bin(self._crm.now_ms())
            ids = sorted(each for each in archived if each >= start)
            records = [archived[each] for each in ids[:limit]]
            following = ids[limit] if len(ids) > limit else None
        else:
            records, following = store.page(start, limit)
        rows = [self._row(request, kind, record, history) for record in records]
        body: dict[str, Any] = {"results": rows}
        if following is not None:
            body["paging"] = {"next": {"after": str(following), "link": _next_link(request, following)}}
        return Reply(200, body)

    def read(self, request: Request) -> Reply:
        """One record by id, by an id merged into it, or by a unique property."""
        kind = self._kind(request, "read")
        record = self._one(request, kind)
        return Reply(200, self._row(request, kind, record, request.listed("propertiesWithHistory")))

    def create(self, request: Request) -> Reply:
        """A new record, with its associations."""
        kind = self._kind(request, "write")
        body = request.object()
        links = linking.read_inline(kind.name, body.get("associations"))
        properties = writing.properties_of(body)
        record = writing.create(self._crm, kind.name, properties, links, request.actor)
        amounts.refresh(self._crm)
        answer = rendering.written(self._crm, kind.name, record, properties, new=True)
        return Reply(201, answer, headers={"Location": f"{request.path}/{record.id}"})

    def update(self, request: Request) -> Reply:
        """A change of one record."""
        kind = self._kind(request, "write")
        properties = writing.properties_of(request.object())
        record = self._one(request, kind)
        writing.update(self._crm, kind.name, record, properties, request.actor)
        amounts.refresh(self._crm)
        return Reply(200, rendering.written(self._crm, kind.name, record, properties, new=False))

    def archive(self, request: Request) -> Reply:
        """Into the recycle bin; an unknown id is no error."""
        kind = self._kind(request, "write")
        record_id = request.names["id"]
        record = self._crm.stores[kind.name].find(int(record_id)) if is_digits(record_id) else None
        if record is not None:
            writing.archive(self._crm, kind.name, record, request.actor)
            amounts.refresh(self._crm)
        return Reply(204)

    def search(self, request: Request) -> Reply:
        """A search of the lagging index."""
        kind = self._kind(request, "read")
        size = len(request.raw.decode("utf-8", "replace"))
        return Reply(200, self._search.answer(kind.name, request.json(), size), limited_headers=False)

    def batch_read(self, request: Request) -> Reply:
        """Up to 100 records by id or unique property."""
        kind = self._kind(request, "read").name
        return Reply(*batches.read(self._crm, kind, request.object(), archived=request.flag("archived")))

    def batch_create(self, request: Request) -> Reply:
        """Up to 100 new records."""
        kind = self._kind(request, "write")
        return Reply(*batches.create(self._crm, kind.name, request.object(), request.actor))

    def batch_update(self, request: Request) -> Reply:
        """Up to 100 changes."""
        kind = self._kind(request, "write")
        return Reply(*batches.update(self._crm, kind.name, request.object(), request.actor))

    def batch_upsert(self, request: Request) -> Reply:
        """Up to 100 creates or changes by unique property."""
        kind = self._kind(request, "write")
        return Reply(*batches.upsert(self._crm, kind.name, request.object(), request.actor))

    def batch_archive(self, request: Request) -> Reply:
        """Up to 100 records into the recycle bin."""
        kind = self._kind(request, "write")
        batches.archive(self._crm, kind.name, request.object(), request.actor)
        return Reply(204)

    def merge(self, request: Request) -> Reply:
        """Two records into one with a new id."""
        kind = self._kind(request, "write")
        since = kind.mergeable_since
        if since is None or (since and (not request.dated or request.version < since)):
            raise invalid(f"Objects of type {kind.type_id} can not be merged")
        body = request.object()
        pair = [str(body.get(name, "")) for name in ("primaryObjectId", "objectIdToMerge")]
        record = merging.merge(self._crm, kind.name, pair[0], pair[1], request.actor)
        amounts.refresh(self._crm)
        return Reply(200, rendering.body(self._crm, kind.name, record, rendering.wanted_names(
            self._crm.stores[kind.name], ["hs_merged_object_ids"])))  # fmt: skip

    def gdpr_delete(self, request: Request) -> Reply:
        """A contact gone for good; an unknown e-mail is blocked for ever."""
        kind = self._kind(request, "write")
        body = request.object()
        if kind.name != "contacts":
            raise invalid("gdpr-delete is for contacts")
        merging.forget_contact(self._crm, str(body.get("objectId", "")), body.get("idProperty"))
        amounts.refresh(self._crm)
        return Reply(204)

    def _kind(self, request: Request, access: str) -> Kind:
        kind = kind_of(request.names["type"])
        need(request.token, kind, access)
        return kind

    def _one(self, request: Request, kind: Kind) -> Record:
        id_property, key = request.one("idProperty"), request.names["id"]
        if request.flag("archived"):
            archived = self._crm.stores[kind.name].recycle_bin(self._crm.now_ms())
            found = archived.get(int(key)) if is_digits(key) else None
            if found is None:
                raise not_found("resource not found")
            return found
        if id_property and id_property not in ("hs_object_id", *self._crm.stores[kind.name].unique):
            raise bad_property(id_property, "PROPERTY_DOESNT_EXIST", f"{id_property} is not a unique property")
        return batches.find(self._crm, kind.name, key, id_property)

    def _row(self, request: Request, kind: Kind, record: Record, history: Sequence[str]) -> dict[str, Any]:
        names = rendering.wanted_names(self._crm.stores[kind.name], request.listed("properties"))
        row = rendering.body(self._crm, kind.name, record, names, history)
        targets = request.listed("associations")
        if targets:
            found = rendering.associations(self._crm, kind.name, record, targets)
            if found:
                row["associations"] = found
        return row


def _next_link(request: Request, after: int) -> str:
    rest = "&".join(f"{name}={value}" for name, values in request.query.items() if name != "after" for value in values)
    return f"https://api.hubapi.com{request.path}?{rest + '&' if rest else ''}after={after}"
