"""HubSpot's CRM API, as far as the sync needs it (date-based versions 2026-09 and 2026-03).

Every method raises the errors of `hsqbo_pipeline.errors`; each answer carries HubSpot's correlation id. Facts without a
note are HubSpot's documentation or specification; others say where they were seen.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterable, Sequence
from urllib.parse import urlencode

from hsqbo_pipeline.clients.hubspot import schema
from hsqbo_pipeline.clients.hubspot.answers import (
    Associated,
    Associations,
    BatchRead,
    CreateInput,
    PropertiesCreated,
    UpdateInput,
    UpsertInput,
    WriteAnswer,
)
from hsqbo_pipeline.clients.hubspot.association_types import type_json
from hsqbo_pipeline.clients.hubspot.calls import BATCH, FORM, Calls, check_size
from hsqbo_pipeline.clients.hubspot.matching import key_of, write_answers
from hsqbo_pipeline.clients.hubspot.paths import Paths
from hsqbo_pipeline.clients.hubspot.reading import (
    MERGED_IDS,
    associated_in,
    check_missing,
    check_search_page,
    next_of,
    page_of,
    search_body,
    unread,
)
from hsqbo_pipeline.clients.limits import ASSOCIATIONS, SEARCH
from hsqbo_pipeline.clients.pages import Page, Probe, Record
from hsqbo_pipeline.clients.requests import RequestCounts
from hsqbo_pipeline.clients.transport import Transport
from hsqbo_pipeline.errors import AuthenticationError, RecordError

BATCH_WITH_HISTORY = 50  # seen in the client's issue tracker: more is refused with HTTP 400
ASSOCIATION_READS = 1000
ASSOCIATION_WRITES = 2000


class HubSpotClient:
    """One HubSpot account, through one transport. Safe for concurrent use within one event loop."""

    def __init__(self, version: str, transport: Transport) -> None:
        self._paths = Paths(version)
        self._transport = transport
        self._calls = Calls(transport, self._paths)

    @property
    def counts(self) -> RequestCounts:
        """Requests made so far."""
        return self._transport.counts

    @property
    def allowance(self) -> dict[str, int]:
        """What HubSpot's headers last said: `per_interval`, `daily`, `daily_remaining`; at first nothing."""
        return dict(self._transport.limiter.allowance)

    async def aclose(self) -> None:
        """Close the connections."""
        await self._transport.aclose()

    # ---- reads -------------------------------------------------------------------------------------------------

    async def list_pages(
        self,
        object_: str,
        properties: Sequence[str],
        associations: Sequence[str] = (),
        archived: bool = False,
        limit: int = BATCH,
    ) -> AsyncIterator[Page]:
        """Every record of an object in ascending id, page by page; consistent, unlike search.

        With `archived` only the recycle bin, which keeps 90 days. Line items come under the key "line items" (with a
        space; seen in many clients). More associations than fit are cut off: then read them by `associations_read`.
        """
        given = [("limit", str(limit)), ("properties", ",".join(properties))]
        if associations:
            given.append(("associations", ",".join(associations)))
        if archived:
            given.append(("archived", "true"))
        after: str | None = None
        while True:
            params = (*given, *((("after", after),) if after else ()))
            answer = await self._calls.read("GET", self._paths.objects(object_), f"list {object_}", params=params)
            yield page_of(answer)
            after = next_of(answer.data)
            if after is None:
                return

    async def search_pages(
        self, object_: str, groups: Sequence[Sequence[Record]], properties: Sequence[str], page: int = 200
    ) -> AsyncIterator[Page]:
        """Records that meet any of the filter groups, in ascending id, page by page.

        Each page begins behind the last id seen instead of at an offset: so records that change meanwhile shift nobody,
        and the cap of 10,000 results per query is never met. Search lags behind writes by seconds, leaves archived
        records out, and compares texts in IN lists in lower case only. Values are texts; times ISO or milliseconds.
        Raises RemoteError SYS_EXTRACT_TRUNCATED if HubSpot stops before the total it named.
        """
        last_id: str | None = None
        while True:
            body = search_body(groups, properties, page, last_id)
            answer = await self._calls.read(
                "POST", self._paths.search(object_), f"search {object_}", body=body, kinds=(SEARCH,)
            )
            found, more = page_of(answer), next_of(answer.data) is not None
            check_search_page(found, more, last_id)
            yield found
            if not more:
                return
            last_id = str(found.records[-1]["id"])

    async def batch_read(
        self,
        object_: str,
        ids: Iterable[str],
        properties: Sequence[str],
        id_property: str | None = None,
        *,
        history: Sequence[str] = (),
        archived: bool = False,
    ) -> BatchRead:
        """Records by id, or by the value of a unique property; consistent. Any number: 100 a request, 50 with history.

        Ids without a record are in `missing`; ids that were merged into another record in `moved`. Associations cannot
        be read here. Two inputs that are the same after trimming and lower-casing count as one, as HubSpot demands.
        Raises RemoteError SYS_EXTRACT_TRUNCATED for an answer that is short of records and does not say that they are missing.
        """
        key = id_property or "id"
        distinct = list({key_of(key, value): value for value in ids}.values())
        size = BATCH_WITH_HISTORY if history else BATCH
        chunks = [distinct[start : start + size] for start in range(0, len(distinct), size)]
        wanted = list(dict.fromkeys([*properties, *([id_property] if id_property else [MERGED_IDS])]))

        async def one(chunk: list[str]) -> Page:
            body: Record = {"inputs": [{"id": value} for value in chunk], "properties": wanted}
            body["propertiesWithHistory"] = list(history)
            if id_property:
                body["idProperty"] = id_property
            params = (("archived", "true"),) if archived else ()
            path = self._paths.batch(object_, "read")
            return page_of(await self._calls.read("POST", path, f"read {object_}", body=body, params=params))

        pages = list(await asyncio.gather(*(one(chunk) for chunk in chunks)))
        found = BatchRead([], [], {}, pages)
        for chunk, page in zip(chunks, pages, strict=True):
            missing, moved = unread(chunk, page, id_property)
            check_missing(missing, page, id_property)
            found.missing.extend(missing)
            found.moved.update(moved)
            found.records.extend(page.records)
        return found

    async def associations_read(self, from_: str, to: str, ids: Iterable[str]) -> Associations:
        """Which `to` records each of `ids` is associated with, all pages; 1000 ids a request."""
        inputs: list[Record] = [{"id": value} for value in dict.fromkeys(ids)]
        links: dict[str, list[Associated]] = {entry["id"]: [] for entry in inputs}
        pages: list[Page] = []
        while inputs:
            body = {"inputs": inputs[:ASSOCIATION_READS]}
            path = self._paths.associations(from_, to, "read")
            answer = await self._calls.read(
                "POST", path, f"associations {from_} {to}", body=body, kinds=(ASSOCIATIONS,)
            )
            pages.append(page_of(answer))
            inputs = [*associated_in(pages[-1], links), *inputs[ASSOCIATION_READS:]]
        return Associations(links, pages)

    async def properties(self, object_: str) -> list[Record]:
        """The definitions of an object's properties, with `modificationMetadata.readOnlyValue` and `calculated`."""
        answer = await self._calls.read("GET", self._paths.properties(object_), "properties")
        return page_of(answer).records

    async def association_labels(self, from_: str, to: str) -> list[Record]:
        """The association types of a pair of objects: `category`, `typeId`, `label`."""
        path = self._paths.association_labels(from_, to)
        return page_of(await self._calls.read("GET", path, "association labels", kinds=(ASSOCIATIONS,))).records

    async def account_details(self) -> Record:
        """Portal id, account type, time zone and currencies. Needs no scope."""
        answer = await self._calls.read("GET", self._paths.account_details(), "account details")
        return answer.data if isinstance(answer.data, dict) else {}

    async def tax_rates(self) -> list[Record]:
        """The portal's tax rates (scope tax_rates.read; they cannot be made by API)."""
        return page_of(await self._calls.read("GET", self._paths.tax_rates(), "tax rates")).records

    async def granted_scopes(self, client_id: str = "", client_secret: str = "") -> frozenset[str] | None:
        """What the token may do, by OAuth introspection; None where HubSpot does not tell for this kind of token.

        The specification has the client's id and secret in the form: an app's are sent, a key has none.
        """
        asked = {"token": await self._transport.tokens.bearer(), "token_type_hint": "access_token"}
        if client_id:
            asked |= {"client_id": client_id, "client_secret": client_secret}
        form = urlencode(asked)
        try:
            answer = await self._calls.read(
                "POST", self._paths.introspect(), "introspect", content=form.encode(), content_type=FORM
            )
        except (RecordError, AuthenticationError):
            return None
        scopes = answer.data.get("scopes") if isinstance(answer.data, dict) else None
        return frozenset(str(scope) for scope in scopes) if isinstance(scopes, list) else None

    async def may_read(self, object_: str) -> bool:
        """Whether the token may read an object, found out by reading one record. Raises what else stands in the way."""
        try:
            await self._calls.read("GET", self._paths.objects(object_), f"list {object_}", params=(("limit", "1"),))
        except AuthenticationError as error:
            if error.code != "AUTH_MISSING_SCOPES":
                raise
            return False
        return True

    async def probe(self) -> Probe:
        """Whether HubSpot answers to our token, and as which portal. Raises what stands in the way."""
        answer = await self._calls.read("GET", self._paths.account_details(), "account details")
        details = answer.data if isinstance(answer.data, dict) else {}
        portal = str(details.get("portalId", ""))
        name = str(details.get("uiDomain", ""))
        return Probe("hubspot", portal, name, answer.time, answer.request_id, details, self.allowance)

    # ---- writes ------------------------------------------------------------------------------------------------

    async def batch_create(
        self, object_: str, inputs: Sequence[CreateInput], unique: str | None = None
    ) -> list[WriteAnswer]:
        """Create up to 100 records, good ones even if others are refused (207, thanks to objectWriteTraceId).

        `unique` names a property of the inputs by which results are recognised, as results need not echo the trace id.
        Raises RecordError when HubSpot refused the batch as a whole (nothing was written), e.g. 409 for a contact whose
        e-mail exists; UncertainError when the answer was lost.
        """
        body = [entry.as_json() for entry in inputs]
        answer = await self._calls.write_batch(object_, "create", body)
        return write_answers(inputs, answer, unique)

    async def batch_update(self, object_: str, inputs: Sequence[UpdateInput]) -> list[WriteAnswer]:
        """Change up to 100 records by id. Partial success is documented for creation only; seen live for upsert too.

        A record merged meanwhile answers under its survivor's id: compare `record["id"]` with what was asked. Raises as
        `batch_create`.
        """
        body = [entry.as_json() for entry in inputs]
        answer = await self._calls.write_batch(object_, "update", body)
        return write_answers(inputs, answer, None)

    async def batch_upsert(self, object_: str, id_property: str, inputs: Sequence[UpsertInput]) -> list[WriteAnswer]:
        """Create or change up to 100 records by a unique property; `record["new"]` tells which. No associations.

        With `email` the batch succeeds or fails as one. Raises as `batch_create`; ValueError if inputs share a value.
        """
        if len({key_of(id_property, entry.value) for entry in inputs}) != len(inputs):
            raise ValueError(f"two inputs of one upsert share a value of {id_property}")
        body = [entry.as_json(id_property) for entry in inputs]
        answer = await self._calls.write_batch(object_, "upsert", body)
        return write_answers(inputs, answer, id_property)

    async def batch_archive(self, object_: str, ids: Sequence[str]) -> str | None:
        """Move up to 100 records to the recycle bin; unknown ids are no error. Gives the correlation id."""
        answer = await self._calls.write_batch(object_, "archive", [{"id": value} for value in ids])
        return answer.request_id

    async def associations_create(self, from_: str, to: str, triples: Sequence[tuple[str, str, int]]) -> str | None:
        """Associate up to 2000 pairs (from id, to id, type id of that direction). Making one that exists is no error.

        Raises RecordError REF_INVALID if a pair or type is not possible; then none of the batch may be relied upon.
        """
        check_size(triples, ASSOCIATION_WRITES)
        inputs = [
            {"from": {"id": from_id}, "to": {"id": to_id}, "types": [type_json(type_id)]}
            for from_id, to_id, type_id in triples
        ]
        return await self._calls.write_associations(from_, to, "create", inputs)

    async def associations_archive(self, from_: str, to: str, pairs: Sequence[tuple[str, str]]) -> str | None:
        """Undo every association of up to 2000 pairs (from id, to id). Raises as `associations_create`."""
        check_size(pairs, ASSOCIATION_WRITES)
        by_from: dict[str, list[Record]] = {}
        for from_id, to_id in pairs:
            by_from.setdefault(from_id, []).append({"id": to_id})
        inputs = [{"from": {"id": from_id}, "to": to_ids} for from_id, to_ids in by_from.items()]
        return await self._calls.write_associations(from_, to, "archive", inputs)

    async def create_property_group(self, object_: str, name: str, label: str) -> bool:
        """Make a property group; False if it was there. Needs the object's schema scope (products: e-commerce)."""
        return await schema.create_group(self._calls, object_, name, label)

    async def create_properties(self, object_: str, definitions: Sequence[Record]) -> PropertiesCreated:
        """Make property definitions; those that exist are left as they are (uniqueness cannot be added later)."""
        return await schema.create_properties(self._calls, object_, definitions)
