"""QuickBooks' refusals as our reason codes: one table, looked up by QuickBooks' numeric code.

Message texts come in the company's language, so they decide nothing that a code can decide; the few patterns below only
refine the catch-all codes and are written for English. `Fault.Detail` can hold personal data (the 401's holds the
token) and is matched here but never passed on.

Sources: Intuit's error-code pages and typed enum (most rows); recordings of the real sandbox for 500, 610, 2010, 2030,
3200, 4001, 5010 and 6240. Pairings of 2040, 2050, 6000 and 6080 with a field are inferred from the field rules.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from hsqbo_pipeline.clients.faults import REMOTE, UNCERTAIN, UNMAPPED, Fault
from hsqbo_pipeline.clients.redaction import short_message

SYSTEM = "quickbooks"
THROTTLE_WAIT_S = 60.0  # Intuit: wait a minute; no Retry-After is promised
_TRANSACTIONS = ("Invoice", "CreditMemo", "Payment", "SalesReceipt", "RefundReceipt")


@dataclass(frozen=True, slots=True)
class Row:
    """`remote` codes become `code` if entity, element and text (each only where given) fit; the first row wins."""

    remote: str
    code: str
    entities: tuple[str, ...] = ()
    element: str = ""
    says: str = ""

    def fits(self, remote: str, entity: str, element: str, text: str) -> bool:
        """Whether this row speaks about the error at hand."""
        return (
            remote in self.remote.split()
            and (not self.entities or entity in self.entities)
            and re.search(self.element, element, re.IGNORECASE) is not None
            and re.search(self.says, text, re.IGNORECASE) is not None
        )


TABLE = (
    Row("3200 100 110", "AUTH_QBO_EXPIRED"),
    Row("120 3100 3201 5020 5030", "AUTH_QBO_FORBIDDEN"),
    Row("6190", "AUTH_QBO_SUBSCRIPTION"),
    Row("3001 003001", "RATE_QBO_MONTHLY", says=r"core ?plus|monthly|per month|partner tier"),
    Row("3001 003001", "RATE_QBO"),
    Row("130 140 150 10000", REMOTE),
    Row("10100", "SYS_EXTRACT_TRUNCATED"),
    Row("600", UNCERTAIN),  # this request id was used before: what it did must be looked up
    Row("500", "VAL_UNSUPPORTED_CHARS", says=r"utf-?8|unsupported char|invalid char"),
    Row("500 1040", "VAL_BUSINESS_RULE"),
    Row("2010 4000 4001 4002", "CFG_FIELD_MISSING"),  # a property that this company's API does not have
    Row("2030", "REF_INVALID"),
    Row("610", "ITM_INACTIVE", element="ItemRef"),
    Row("610", "CUS_INACTIVE", element="CustomerRef"),
    Row("610", "REF_REMOTE_GONE"),
    Row("620", "PAY_EXCEEDS_BALANCE", entities=("Payment",)),
    Row("620", "REF_INVALID"),
    Row("2020", "INV_NO_LINES", entities=("Invoice",), element=r"^Line$"),
    Row("2020", "CUS_NO_NAME", entities=("Customer",), element="Name"),
    Row("2020", "CFG_NO_INCOME_ACCOUNT", entities=("Item",), element="IncomeAccountRef"),
    Row("2020", "VAL_REQUIRED"),
    Row("2040", "CUS_NAME_ILLEGAL", entities=("Customer",), element="Name"),
    Row("2040", "VAL_UNSUPPORTED_CHARS"),
    Row("2050", "CUS_NAME_TOO_LONG", entities=("Customer",), element="Name"),
    Row("2050", "INV_NUMBER_TOO_LONG", entities=_TRANSACTIONS, element="DocNumber"),
    Row("2050", "VAL_TOO_LONG"),
    Row("2210", "ID_BAD_EMAIL"),
    Row("2060 2070 2080 2090 2100 2110 2170 2220", "VAL_OPTION"),
    Row("2500", "ITM_INACTIVE", element="Item", says="inactive"),
    Row("2500", "CUS_INACTIVE", element="Customer", says="inactive"),
    Row("2500", "CFG_NO_INCOME_ACCOUNT", entities=("Item",), element="IncomeAccount"),
    Row("2500", "REF_INVALID"),
    Row("5010", "INV_STALE_VERSION"),
    Row("6070", "INV_SUM_MISMATCH"),
    Row("6080", "CUS_NO_NAME"),
    Row("6100", "TAX_CODE_REQUIRED"),
    Row("6140", "INV_NUMBER_TAKEN"),
    Row("6210", "INV_NUMBER_TAKEN", says=r"duplicate document number"),  # an old list of Intuit's has it there
    Row("6200 6210", "PER_CLOSED"),
    Row("6220 6280", "DEL_HAS_BALANCE"),
    Row("6240", "ITM_NAME_TAKEN", entities=("Item",)),
    Row("6240", "CUS_DISPLAY_NAME_TAKEN"),
    Row("6250", "CUS_INACTIVE"),
    Row("6270", "ITM_BEFORE_STOCK_START"),
    Row("6540", "INV_LOCKED_BY_PAYMENT"),
    Row("6000", "TAX_CODE_REQUIRED", element="TaxCode"),
    Row("6000", "CUR_CUSTOMER_FIXED", entities=("Customer",), element="Currency"),
    Row("6000", "CUR_MISMATCH", element="Currency"),
    Row("6000", "ITM_TYPE_UNSUPPORTED", entities=("Item",), element=r"^Type$"),
    Row("6000", "ITM_TYPE_UNSUPPORTED", element="ItemRef", says=r"category|bundle|group"),
    Row("6000", "CFG_NO_INCOME_ACCOUNT", says=r"income account"),
    Row("6000", "TAX_CODE_REQUIRED", says=r"(vat|gst|hst|tax) (rate|code)"),
    Row("6000", "INV_SERVICE_DATE_REQUIRED", says=r"service date"),
    Row("6000", "INV_NEGATIVE_TOTAL", says=r"negative|less than (zero|0)|0 or greater"),
    Row("6000", "PAY_EXCEEDS_BALANCE", entities=("Payment",), element="Line"),
    Row("6000", "CUR_MISMATCH", says=r"currenc"),
    Row("6000", "INV_NUMBER_TAKEN", says=r"duplicate document number"),
    Row("6000", "VAL_REQUIRED", says=r"you must (set|specify|select|enter)"),
    Row("6000 6430 6440 6480", "VAL_BUSINESS_RULE"),
)
_BY_STATUS = {401: "AUTH_QBO_EXPIRED", 403: "AUTH_QBO_FORBIDDEN", 404: "REF_REMOTE_GONE", 429: "RATE_QBO"}


def classify(status: int, error: Mapping[str, Any], entity: str = "", secrets: Iterable[str] = ()) -> Fault:
    """One error of a Fault (in either spelling of its keys), sorted. Unknown codes become SYS_UNMAPPED_ERROR."""
    remote = str(error.get("code") or "").strip()
    element = str(error.get("element") or "")
    message = str(error.get("Message") or error.get("message") or "")
    text = f"{message} {error.get('Detail') or error.get('detail') or ''}"
    code = next((row.code for row in TABLE if row.fits(remote, entity, element, text)), None) or _by_status(status)
    return Fault(
        code,
        status,
        remote,
        short_message(message, secrets),
        element or None,
        wait_s=THROTTLE_WAIT_S if code == "RATE_QBO" else None,
        system=SYSTEM,
        subject=entity,
    )


def _by_status(status: int) -> str:
    return REMOTE if status >= 500 else _BY_STATUS.get(status, UNMAPPED)


def errors_in(data: Any) -> list[dict[str, Any]] | None:
    """The errors of a body: the service's `Fault`, or the gateway's lower-case `fault`; None if it is no fault."""
    if not isinstance(data, dict):
        return None
    fault = data.get("Fault") or data.get("fault")
    if not isinstance(fault, dict):
        return None
    errors = fault.get("Error") or fault.get("error") or [{}]
    return [error if isinstance(error, dict) else {} for error in errors]


class QuickBooksDialect:
    """How QuickBooks answers: any status, HTTP 200 included, may carry a Fault; at 5xx there may be no JSON at all."""

    name = SYSTEM

    def request_id(self, headers: Mapping[str, str]) -> str | None:
        """`intuit_tid`, on every answer (recorded)."""
        return headers.get("intuit_tid")

    def judge(
        self, status: int, headers: Mapping[str, str], data: Any, subject: str, secrets: Iterable[str]
    ) -> Fault | None:
        """None for a success. A Fault inside HTTP 200 is sorted by its inner code, as if the status had been right."""
        errors = errors_in(data)
        if errors is None and 200 <= status < 300:
            return None
        fault = classify(status, errors[0] if errors else {}, subject, secrets)
        asked = headers.get("retry-after", "")  # not promised, honoured where sent
        return replace(fault, wait_s=float(asked)) if fault.wait_s is not None and asked.isdigit() else fault
