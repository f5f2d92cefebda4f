"""Carries out API requests on the books: reads, queries, CDC, batches and single writes."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal

from hsqbo_pipeline.sandbox.quickbooks import writes
from hsqbo_pipeline.sandbox.quickbooks.batch import BatchRun
from hsqbo_pipeline.sandbox.quickbooks.books import BY_ROUTE, SETTINGS, TRANSACTIONS, Act, Books
from hsqbo_pipeline.sandbox.quickbooks.cdc import run_cdc
from hsqbo_pipeline.sandbox.quickbooks.http import ApiRequest, Deed
from hsqbo_pipeline.sandbox.quickbooks.query import run_query
from hsqbo_pipeline.sandbox.quickbooks.refusals import Refusal, missing, unsupported, unsupported_route
from hsqbo_pipeline.sandbox.quickbooks.replay import Replays, check_request_id
from hsqbo_pipeline.sandbox.quickbooks.wire import Doc, dump, envelope_time, one

_PDF = b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n2 0 obj<</Type/Pages/Count 0/Kids[]>>endobj\n%%EOF\n"


class Service:
    """The API of one company."""

    def __init__(self, books: Books) -> None:
        self.books = books
        self.replays = Replays(books)
        self.batch_item_refusal: Callable[[Doc], bool] | None = None

    def answer(self, request: ApiRequest) -> tuple[int, bytes]:
        """(status, body). Raises Refusal."""
        if request.unreadable is not None:
            detail = (
                f"Property Name:Unexpected character or end of input, {request.unreadable} is unsupported or invalid"
            )
            raise Refusal("2010", "Request has invalid or unsupported property", detail)
        resource, depth = request.resource, len(request.parts)
        if resource == "query" and depth == 1 and request.method in ("GET", "POST"):
            return 200, self._query(request)
        if resource == "cdc" and depth == 1 and request.method == "GET":
            since = request.params.get("changedSince", "")
            return 200, self._wrapped("CDCResponse", run_cdc(self.books, request.params.get("entities", ""), since))
        if resource == "batch" and depth == 1 and request.method == "POST":
            return 200, self._batch(request)
        entity = BY_ROUTE.get(resource)
        if entity is None:
            raise unsupported_route("/".join(request.parts))
        if request.method == "GET":
            return 200, self._read(entity, request)
        if request.method == "POST" and (depth == 1 or (request.deeds[:1] and request.deeds[0].action == "send")):
            return self._write(request)
        raise unsupported_route("/".join(request.parts))

    def start_over(self, books: Books) -> None:
        """Serve other books from now on."""
        traffic = self.replays.traffic
        self.books = books
        self.replays = Replays(books)
        self.replays.traffic = traffic

    # -- reads ------------------------------------------------------------------------------------------------------

    def _wrapped(self, name: str, value: bytes) -> bytes:
        return b'{"%s":%s,"time":"%s"}' % (name.encode(), value, envelope_time(self.books.clock.now()).encode())

    def _query(self, request: ApiRequest) -> bytes:
        posted = request.method == "POST"
        statement = request.raw.decode("utf-8", "replace") if posted else request.params.get("query", "")
        if not statement.strip():
            raise missing("query")
        return self._wrapped("QueryResponse", run_query(self.books, statement))

    def _read(self, entity: str, request: ApiRequest) -> bytes:
        parts = request.parts
        if entity in SETTINGS:
            raw = self.books.tables[entity].rows[1].raw
            return one(entity, raw, self.books.clock.now())
        if len(parts) == 3 and parts[2].lower() == "pdf" and entity in TRANSACTIONS:
            self.books.known(entity, parts[1])
            return _PDF
        if len(parts) != 2:
            raise unsupported_route("/".join(parts))
        number = self.books.known(entity, parts[1])
        raw = self.books.tables[entity].rows[number].raw
        if entity == "Invoice" and "invoicelink" in request.params.get("include", "").lower():
            raw = self._with_link(number)
        return one(entity, raw, self.books.clock.now())

    def _with_link(self, number: int) -> bytes:
        doc = self.books.tables["Invoice"].doc(number)
        online = any(doc.get(name) for name in ("AllowOnlineCreditCardPayment", "AllowOnlineACHPayment"))
        if online and doc.get("BillEmail", {}).get("Address"):
            doc["InvoiceLink"] = f"https://connect.intuit.com/t/sandbox-{self.books.realm}-{number}"
        return dump(doc)

    # -- writes -----------------------------------------------------------------------------------------------------

    def _batch(self, request: ApiRequest) -> bytes:
        run = BatchRun(self.books, self.replays, self.perform, request.params.get("requestid"))
        run.refuse_item = self.batch_item_refusal
        return self._wrapped("BatchItemResponse", run.answer(request.body))

    def _write(self, request: ApiRequest) -> tuple[int, bytes]:
        if not isinstance(request.body, dict) and request.deeds[:1] == []:
            raise Refusal("2010", "Request has invalid or unsupported property", "The body must be one JSON object")
        deed = request.deeds[0]
        request_id = request.params.get("requestid")
        if not request_id:
            return 200, self._enveloped(deed, request.params)
        check_request_id(request_id)
        key, content = (request_id,), request.path.encode() + request.query_string.encode() + request.raw
        kept = self.replays.find(key, content)
        if kept is not None:
            return kept
        try:
            body = self._enveloped(deed, request.params)
        except Refusal as refusal:
            now = self.books.clock.now()
            self.replays.keep(key, content, refusal.status, refusal.body(now), refused=True)
            raise
        self.replays.keep(key, content, 200, body, refused=False)
        return 200, body

    def _enveloped(self, deed: Deed, params: Doc) -> bytes:
        return one(deed.entity, self.perform(deed, {"optionsData": params.get("include", "")}), self.books.clock.now())

    def perform(self, deed: Deed, options: Doc) -> bytes:
        """Do one deed; return the record after it. Raises Refusal."""
        duplicates = "allowduplicatedocnum" in str(options.get("optionsData", "")).lower()
        act = Act(ignore_duplicate_number=duplicates)
        if deed.action == "create":
            return writes.create(self.books, deed.entity, deed.body, act)
        if deed.action == "update":
            return writes.update(self.books, deed.entity, deed.body, act)
        if deed.action == "delete":
            return writes.delete(self.books, deed.entity, deed.body, act)
        if deed.action == "void":
            return writes.void(self.books, deed.entity, deed.body, act)
        if deed.action == "send":
            return self._send(deed)
        raise unsupported(f"{deed.action} {deed.entity}")

    def _send(self, deed: Deed) -> bytes:
        if deed.entity not in TRANSACTIONS or deed.entity in ("Payment", "JournalEntry"):
            raise unsupported(f"send {deed.entity}")
        table = self.books.tables[deed.entity]
        number = self.books.known(deed.entity, deed.body.get("Id"))
        doc = table.doc(number)
        if not doc.get("BillEmail", {}).get("Address"):
            raise missing("BillEmail")
        doc["EmailStatus"] = "EmailSent"
        doc["SyncToken"] = str(int(Decimal(doc["SyncToken"])) + 1)
        return table.put(number, doc, self.books.epoch())
