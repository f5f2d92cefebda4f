"""Batches: up to 30 operations, each succeeding or failing alone, in an answer that is 200 either way."""

from __future__ import annotations

from collections.abc import Callable
from random import Random
from typing import Any

from hsqbo_pipeline.sandbox.quickbooks.http import Deed, batch_deed
from hsqbo_pipeline.sandbox.quickbooks.query import run_query
from hsqbo_pipeline.sandbox.quickbooks.refusals import Refusal, missing, throttled, unsupported
from hsqbo_pipeline.sandbox.quickbooks.replay import Replays, check_request_id
from hsqbo_pipeline.sandbox.quickbooks.wire import Doc, dump

MOST_ITEMS = 30
MOST_OBJECTS = 1000
Perform = Callable[[Deed, Doc], bytes]


class BatchRun:
    """One batch call being answered."""

    def __init__(self, books: Any, replays: Replays, perform: Perform, request_id: str | None) -> None:
        self._books = books
        self._replays = replays
        self._perform = perform
        self._request_id = request_id
        self._objects = 0
        self.refuse_item: Callable[[Doc], bool] | None = None

    def answer(self, body: Any) -> bytes:
        """The value of "BatchItemResponse". Raises Refusal 1040 or 2020 for the batch as a whole."""
        items = body.get("BatchItemRequest") if isinstance(body, dict) else None
        if not isinstance(items, list) or not items:
            raise missing("BatchItemRequest")
        if len(items) > MOST_ITEMS:
            detail = f"The maximum number of batch items is {MOST_ITEMS}; this request has {len(items)}"
            raise Refusal("1040", "Batch size exceeded", detail)
        answers = [self._item(item) for item in items]
        Random(len(answers)).shuffle(answers)  # in no promised order: clients match by bId
        return b"[%s]" % b",".join(answers)

    def _item(self, item: Any) -> bytes:
        batch_id = str(item.get("bId") or "") if isinstance(item, dict) else ""
        try:
            if not batch_id:
                raise missing("bId")
            inner = self._remembered(item, batch_id)
        except Refusal as refusal:
            fault = refusal.fault(element_always=True, foreign=self._books.switches.qb_localised_messages)
            inner = b'"Fault":' + dump(fault)
        return b'{%s,"bId":%s}' % (inner, dump(batch_id))

    def _remembered(self, item: Doc, batch_id: str) -> bytes:
        if self.refuse_item is not None and self.refuse_item(item):
            raise throttled()
        deed = batch_deed(item)
        if deed is None:
            raise unsupported("of this batch item")
        if deed.action == "query":
            return b'"QueryResponse":' + self._query(str(item["Query"]))
        if self._request_id is None:
            return self._do(deed, item)
        check_request_id(self._request_id, batch_id)
        key, content = (self._request_id, batch_id), repr(item).encode()
        kept = self._replays.find(key, content)
        if kept is not None:
            return kept[1]
        try:
            inner = self._do(deed, item)
        except Refusal as refusal:
            self._replays.keep(key, content, 400, b'"Fault":' + dump(refusal.fault(element_always=True)), refused=True)
            raise
        self._replays.keep(key, content, 200, inner, refused=False)
        return inner

    def _do(self, deed: Deed, item: Doc) -> bytes:
        self._objects += 1
        return b'"%s":%s' % (deed.entity.encode(), self._perform(deed, item))

    def _query(self, statement: str) -> bytes:
        answer = run_query(self._books, statement)
        self._objects += answer.count(b'"domain":"QBO"')
        if self._objects > MOST_OBJECTS:
            raise Refusal("10100", "Result set too big", f"A batch answers with at most {MOST_OBJECTS} objects")
        return answer
