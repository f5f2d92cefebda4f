"""The refusals QuickBooks answers with: one constructor per fault code, and the envelopes they ride in."""

from __future__ import annotations

from datetime import datetime

from hsqbo_pipeline.sandbox.quickbooks.wire import dump, envelope_time


class Refusal(Exception):  # noqa: N818 - it is an answer, not an error of ours
    """A request that QuickBooks refuses; `code` is the numeric string that clients branch on."""

    def __init__(
        self,
        code: str,
        message: str,
        detail: str = "",
        element: str | None = None,
        *,
        status: int = 400,
        kind: str = "ValidationFault",
        timed: bool = True,
    ) -> None:
        super().__init__(f"{code} {message}: {detail}")
        self.code = code
        self.message = message
        self.detail = detail or message
        self.element = element
        self.status = status
        self.kind = kind
        self.timed = timed

    def fault(self, *, element_always: bool = False, foreign: bool = False) -> dict[str, object]:
        """The Fault object. Inside a batch `element` is always there, empty if need be."""
        message = _IN_FRENCH.get(self.code, f"Erreur {self.code}") if foreign else self.message
        detail = f"{message} : {self.detail}" if foreign else self.detail
        error: dict[str, object] = {"Message": message, "Detail": detail, "code": self.code}
        if self.element is not None or element_always:
            error["element"] = self.element or ""
        return {"Error": [error], "type": self.kind}

    def body(self, now: datetime, *, foreign: bool = False) -> bytes:
        """The response body; the real service leaves `time` out for code 2030."""
        envelope: dict[str, object] = {"Fault": self.fault(foreign=foreign)}
        if self.timed:
            envelope["time"] = envelope_time(now)
        return dump(envelope)


_IN_FRENCH = {
    "5010": "Erreur d'objet obsolète",
    "610": "Objet introuvable",
    "6140": "Erreur de numéro de document en double",
    "6240": "Le nom existe déjà",
    "6210": "Période comptable close",
    "6000": "Erreur de validation métier",
}


def gateway(code: str, name: str, detail: str, now: datetime, status: int = 401) -> bytes:
    """The gateway's own envelope (recorded for 401): lower-case keys, epoch milliseconds."""
    message = f"message={name}; errorCode={int(code):06d}; statusCode={status}"
    return dump(
        {
            "warnings": None,
            "intuitObject": None,
            "fault": {
                "error": [{"message": message, "detail": detail, "code": code, "element": None}],
                "type": "AUTHENTICATION",
            },
            "report": None,
            "queryResponse": None,
            "batchItemResponse": [],
            "attachableResponse": [],
            "syncErrorResponse": None,
            "requestId": None,
            "time": int(now.timestamp() * 1000),
            "status": None,
            "cdcresponse": [],
        }
    )


def throttled() -> Refusal:
    """429, code 3001. No Retry-After comes with it."""
    message = "message=ThrottleExceeded; errorCode=003001; statusCode=429"
    return Refusal("3001", message, "The request limit was reached.  Try again later", status=429, kind="SERVICE")


def used_up() -> Refusal:
    """The month's allowance of metered reads is used up: also 429 and 3001; only the text tells it from a short throttle."""
    message = "message=CorePlusLimitExceeded; errorCode=003001; statusCode=429"
    detail = "The monthly limit of CorePlus calls of this partner tier is used up."
    return Refusal("3001", message, detail, status=429, kind="SERVICE")


def forbidden(status: int) -> Refusal:
    """The application is not connected to this company."""
    message = f"message=ApplicationAuthorizationFailed; errorCode=003100; statusCode={status}"
    detail = "The application is not authorized for this company; connect it again."
    return Refusal("3100", message, detail, status=status, kind="AuthorizationFault")


def system_failure(status: int) -> Refusal:
    """Something broke inside QuickBooks; whether a write took effect is unknown."""
    return Refusal(
        "10000", "An application error has occurred", "System Failure Error", status=status, kind="SystemFault"
    )


def unsupported_route(path: str) -> Refusal:
    """No such resource; recorded with status 400."""
    detail = f"Operation Could not find resource for relative : {path} of full path is not supported."
    return Refusal("500", "Unsupported Operation", detail)


def unsupported(operation: str) -> Refusal:
    """The resource does not know this operation."""
    return Refusal("500", "Unsupported Operation", f"Operation {operation} is not supported.")


def not_found(detail: str = "") -> Refusal:
    """610: deleted, never there, or inactive."""
    text = detail or (
        "Object Not Found : Something you're trying to use has been made inactive or deleted. "
        "Check the fields with accounts, customers, items, vendors or employees."
    )
    return Refusal("610", "Object Not Found", text)


def gone() -> Refusal:
    """610 for a transaction that was deleted."""
    return not_found("Object Not Found : Another user has deleted this transaction.")


def missing(name: str) -> Refusal:
    """2020: a required property is absent."""
    detail = f"Required parameter {name} is missing in the request"
    return Refusal("2020", "Required param missing, need to supply the required value for the API", detail, name)


def bad_id(value: object) -> Refusal:
    """2030: an id that is no number. Recorded without `time`."""
    detail = f"Id should be a valid number. Supplied value:{value}"
    return Refusal("2030", "Invalid ID", detail, "Id", timed=False)


def bad_characters(name: str, value: str) -> Refusal:
    """2040: colon, tab or newline in a name."""
    detail = f"The property {name} contains a character that is not allowed (: tab or new line): {value!r}"
    return Refusal("2040", "String contains invalid characters", detail, name)


def bad_length(name: str, supplied: int, most: int, least: int = 0) -> Refusal:
    """2050: too long."""
    detail = f"Min:{least} Max:{most} supplied:{supplied} for property {name}"
    return Refusal("2050", "String length is either shorter or longer than supported by specification", detail, name)


def bad_format(code: str, name: str, value: object) -> Refusal:
    """2060 to 2220: a date, number, enumeration or e-mail that cannot be read."""
    return Refusal(code, _FORMATS[code], f"{_FORMATS[code]} : {name} = {value}", name)


_FORMATS = {
    "2060": "Invalid date format",
    "2070": "Invalid date-time format",
    "2080": "Invalid boolean",
    "2090": "Invalid Number",
    "2100": "Invalid integer",
    "2110": "Invalid number range",
    "2170": "Invalid Enumeration",
    "2210": "Email Address does not conform to the syntax rules of RFC 822",
    "2220": "Invalid currency",
}


def bad_reference(name: str, detail: str = "") -> Refusal:
    """2500: what is referred to does not exist or is inactive."""
    text = detail or (
        "Invalid Reference Id : Something you're trying to use has been made inactive. "
        "Check the fields with accounts, customers, items, vendors or employees."
    )
    return Refusal("2500", "Invalid Reference Id", text, name)


def stale() -> Refusal:
    """5010: the SyncToken is not the current one."""
    detail = (
        "Stale Object Error : You and sandbox-user were working on this at the same time. "
        "sandbox-user finished before you did, so your work was not saved."
    )
    return Refusal("5010", "Stale Object Error", detail)


def business(detail: str, element: str | None = None, code: str = "6000") -> Refusal:
    """6000: a rule of the books, told in free text."""
    return Refusal(code, "A business validation error has occurred while processing your request", detail, element)


def duplicate_number(number: str, kind: str, holder: str) -> Refusal:
    """6140: the document number is taken."""
    detail = (
        "Duplicate Document Number Error : You must specify a different number. This number has already been used. "
        f"DocNumber={number} is assigned to TxnType={kind} with TxnId={holder}"
    )
    return Refusal("6140", "Duplicate Document Number Error", detail)


def duplicate_name(holder: str | None, *, other_kind: bool) -> Refusal:
    """6240: the name is taken, be it by another kind of person."""
    if other_kind:
        detail = "Another customer, vendor or employee is already using this name. Please use a different name."
    else:
        detail = f"The name supplied already exists. : {f'Id={holder}' if holder else 'null'}"
    return Refusal("6240", "Duplicate Name Exists Error", detail)


def closed(day: str) -> Refusal:
    """6210: the books are closed for that day."""
    detail = (
        "The account period has closed and the account books cannot be updated through through the QBO Services API. "
        f"Please use the QBO website to make these changes. Closing date: {day}"
    )
    return Refusal("6210", "Account Period Closed, Cannot Update Through Services API", detail)
