"""One API request as the service sees it, and what it is about to do to which object."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs

from hsqbo_pipeline.sandbox.quickbooks.books import BY_ROUTE
from hsqbo_pipeline.sandbox.quickbooks.wire import Doc, parse_body

_FROM = re.compile(rb"\bfrom\s+(\w+)", re.IGNORECASE)
_OPERATIONS = ("create", "update", "delete", "void", "send")


@dataclass(slots=True)
class Deed:
    """One thing done to one object: `action` is create, update, delete, void, send, read, query or cdc."""

    action: str
    entity: str
    body: Doc = field(default_factory=dict)


@dataclass(slots=True)
class ApiRequest:
    """A request under /v3/company, taken apart."""

    method: str
    path: str
    realm: str
    parts: tuple[str, ...]
    query_string: str
    params: dict[str, str]
    raw: bytes
    accept: str = ""
    body: Any = None
    unreadable: str | None = None
    deeds: list[Deed] = field(default_factory=list)

    @property
    def resource(self) -> str:
        """The last fixed part of the path: an entity in lower case, query, cdc or batch."""
        return self.parts[0].lower() if self.parts else ""

    @property
    def is_batch(self) -> bool:
        """Whether it carries several operations."""
        return self.resource == "batch"

    @property
    def is_write(self) -> bool:
        """Whether it may change data."""
        return any(deed.action in _OPERATIONS for deed in self.deeds)

    @property
    def metered(self) -> int:
        """Reads that Intuit meters if it succeeds: one, or one for each query of a batch; writes are free."""
        if self.is_batch:
            return sum(deed.action == "query" for deed in self.deeds)
        return 0 if self.is_write else 1

    @property
    def endpoint(self) -> str:
        """METHOD /path/with/{id}, with the operation where there is one."""
        shape = [self.resource]
        if len(self.parts) > 1:
            shape.append("{id}")
            shape.extend(self.parts[2:])
        operation = self.params.get("operation")
        tail = f"?operation={operation}" if operation else ""
        return f"{self.method} /v3/company/{{realm}}/{'/'.join(shape)}{tail}"


def read_request(method: str, path: str, query_string: str, raw: bytes, accept: str = "") -> ApiRequest:
    """Take a request apart; never fails, what is wrong with it is found when it is carried out."""
    pieces = [piece for piece in path.split("/") if piece]
    params = {name: values[-1] for name, values in parse_qs(query_string, keep_blank_values=True).items()}
    request = ApiRequest(
        method,
        path,
        pieces[2] if len(pieces) > 2 else "",
        tuple(pieces[3:]),
        query_string,
        params,
        raw,
        accept,
    )
    if request.resource == "query":
        statement = raw if method == "POST" else params.get("query", "").encode()
        request.deeds = [Deed("query", _entity_of_statement(statement))]
    elif request.resource == "cdc":
        names = params.get("entities", "").split(",")
        request.deeds = [Deed("cdc", BY_ROUTE.get(name.strip().lower(), name.strip())) for name in names]
    else:
        _read_body(request)
    return request


def _entity_of_statement(statement: bytes) -> str:
    found = _FROM.search(statement)
    word = found.group(1).decode() if found else ""
    return BY_ROUTE.get(word.lower(), word)


def _read_body(request: ApiRequest) -> None:
    entity = BY_ROUTE.get(request.resource, "")
    if request.method != "POST":
        request.deeds = [Deed("read", entity)]
        return
    if len(request.parts) == 3 and request.parts[2].lower() == "send":
        request.deeds = [Deed("send", entity, {"Id": request.parts[1]})]
        return
    try:
        request.body = parse_body(request.raw) if request.raw.strip() else {}
    except (ValueError, RecursionError) as error:
        request.unreadable = str(error)
        return
    if request.is_batch:
        request.deeds = [deed for item in _items(request.body) if (deed := batch_deed(item)) is not None]
    elif isinstance(request.body, dict):
        request.deeds = [Deed(_action(request.params, request.body), entity, request.body)]


def _items(body: Any) -> list[Doc]:
    items = body.get("BatchItemRequest", []) if isinstance(body, dict) else []
    return [item for item in items if isinstance(item, dict)] if isinstance(items, list) else []


def batch_deed(item: Doc) -> Deed | None:
    """What a batch item does; None if it names nothing that can be done."""
    if isinstance(item.get("Query"), str):
        return Deed("query", _entity_of_statement(item["Query"].encode()), item)
    entity = next((BY_ROUTE[key.lower()] for key in item if key.lower() in BY_ROUTE), None)
    if entity is None:
        return None
    body = next(value for key, value in item.items() if BY_ROUTE.get(key.lower()) == entity)
    operation = str(item.get("operation", "")).lower()
    if operation == "update" and str(item.get("optionsData", "")).lower() == "void":
        operation = "void"
    return Deed(operation, entity, body if isinstance(body, dict) else {})


def _action(params: dict[str, str], body: Doc) -> str:
    operation = params.get("operation", "").lower()
    if operation == "update" and params.get("include", "").lower() == "void":
        return "void"
    if operation:
        return operation
    return "update" if body.get("Id") not in (None, "", 0) else "create"
