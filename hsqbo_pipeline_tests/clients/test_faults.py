"""Each refusal of either system lands on one reason code that exists, and carries no personal data with it."""

from __future__ import annotations

from typing import Any

import pytest

from hsqbo_pipeline.clients.faults import Fault, error_of
from hsqbo_pipeline.clients.hubspot import faults as hubspot
from hsqbo_pipeline.clients.quickbooks import faults as quickbooks
from hsqbo_pipeline.clients.redaction import scrub, short_message
from hsqbo_pipeline.model.codes import CODES

QUICKBOOKS = [
    (401, "3200", "", "", "AUTH_QBO_EXPIRED"),
    (403, "120", "", "", "AUTH_QBO_FORBIDDEN"),
    (403, "3100", "", "", "AUTH_QBO_FORBIDDEN"),
    (400, "6190", "Invoice", "", "AUTH_QBO_SUBSCRIPTION"),
    (429, "3001", "", "", "RATE_QBO"),
    (429, "003001", "", "", "RATE_QBO"),
    (500, "10000", "Invoice", "", "SYS_REMOTE_ERROR"),
    (503, "", "", "", "SYS_REMOTE_ERROR"),
    (429, "", "", "", "RATE_QBO"),
    (400, "600", "Invoice", "", "SYS_OUTCOME_UNCERTAIN"),
    (400, "500", "", "", "VAL_BUSINESS_RULE"),
    (400, "610", "Invoice", "", "REF_REMOTE_GONE"),
    (400, "610", "Invoice", "ItemRef", "ITM_INACTIVE"),
    (400, "2010", "Customer", "", "CFG_FIELD_MISSING"),
    (400, "2020", "Invoice", "Line", "INV_NO_LINES"),
    (400, "2020", "Invoice", "CustomerRef", "VAL_REQUIRED"),
    (400, "2030", "Customer", "Id", "REF_INVALID"),
    (400, "2040", "Customer", "DisplayName", "CUS_NAME_ILLEGAL"),
    (400, "2040", "Item", "Name", "VAL_UNSUPPORTED_CHARS"),
    (400, "2050", "Customer", "DisplayName", "CUS_NAME_TOO_LONG"),
    (400, "2050", "Invoice", "DocNumber", "INV_NUMBER_TOO_LONG"),
    (400, "2050", "Invoice", "CustomerMemo", "VAL_TOO_LONG"),
    (400, "2170", "Invoice", "EmailStatus", "VAL_OPTION"),
    (400, "2210", "Customer", "PrimaryEmailAddr", "ID_BAD_EMAIL"),
    (400, "2500", "Invoice", "CustomerRef", "REF_INVALID"),
    (400, "4001", "", "", "CFG_FIELD_MISSING"),
    (400, "5010", "Invoice", "", "INV_STALE_VERSION"),
    (400, "6000", "Invoice", "", "VAL_BUSINESS_RULE"),
    (400, "6000", "Customer", "CurrencyRef", "CUR_CUSTOMER_FIXED"),
    (400, "6000", "Invoice", "CurrencyRef", "CUR_MISMATCH"),
    (400, "6000", "Payment", "Line", "PAY_EXCEEDS_BALANCE"),
    (400, "6070", "Invoice", "", "INV_SUM_MISMATCH"),
    (400, "6080", "Customer", "", "CUS_NO_NAME"),
    (400, "6100", "Invoice", "", "TAX_CODE_REQUIRED"),
    (400, "6140", "Invoice", "", "INV_NUMBER_TAKEN"),
    (400, "6200", "Invoice", "", "PER_CLOSED"),
    (400, "6210", "Invoice", "", "PER_CLOSED"),
    (400, "6220", "Customer", "", "DEL_HAS_BALANCE"),
    (400, "6240", "Customer", "", "CUS_DISPLAY_NAME_TAKEN"),
    (400, "6240", "Item", "", "ITM_NAME_TAKEN"),
    (400, "6250", "Invoice", "", "CUS_INACTIVE"),
    (400, "6270", "Invoice", "", "ITM_BEFORE_STOCK_START"),
    (400, "6540", "Payment", "", "INV_LOCKED_BY_PAYMENT"),
    (400, "99999", "Invoice", "", "SYS_UNMAPPED_ERROR"),
]


@pytest.mark.rule(
    "D11", "D13", "D42", "D44", "D45", "D46", "D47", "D55", "D62", "D63", "D75", "D81", "D82", "D92", "D15"
)
@pytest.mark.parametrize(("status", "remote", "entity", "element", "code"), QUICKBOOKS)
def test_quickbooks_codes_decide_in_any_language(
    status: int, remote: str, entity: str, element: str, code: str
) -> None:
    """The numeric code, the entity and the element decide; a French text changes nothing."""
    for message in ("Some message", "Le nom existe déjà : ééé"):
        error = {"Message": message, "Detail": "détail", "code": remote, "element": element}
        fault = quickbooks.classify(status, error, entity)
        assert (fault.code, fault.status) == (code, status)


@pytest.mark.parametrize(
    ("remote", "entity", "element", "detail", "code"),
    [
        ("2500", "Invoice", "ItemRef", "Something you're trying to use has been made inactive.", "ITM_INACTIVE"),
        (
            "6000",
            "Invoice",
            "",
            "Make sure all your transactions have a VAT rate before you save.",
            "TAX_CODE_REQUIRED",
        ),
        ("6000", "Invoice", "", "A service date is required on each line", "INV_SERVICE_DATE_REQUIRED"),
        ("6000", "Invoice", "TotalAmt", "The transaction amount must be 0 or greater.", "INV_NEGATIVE_TOTAL"),
        ("6210", "Invoice", "", "Duplicate Document Number Error", "INV_NUMBER_TAKEN"),
        ("3001", "", "", "CorePlus calls for this month are used up", "RATE_QBO_MONTHLY"),
        ("500", "Item", "Name", "Invalid UTF-8 start byte", "VAL_UNSUPPORTED_CHARS"),
    ],
)
def test_english_texts_refine_the_catch_all_codes(
    remote: str, entity: str, element: str, detail: str, code: str
) -> None:
    """Where one code covers many causes, an English text narrows it down."""
    error = {"Message": "refused", "Detail": detail, "code": remote, "element": element}
    assert quickbooks.classify(400, error, entity).code == code


HUBSPOT: list[tuple[int, dict[str, Any], str]] = [
    (401, {"category": "EXPIRED_AUTHENTICATION"}, "AUTH_HS_EXPIRED"),
    (401, {}, "AUTH_HS_EXPIRED"),
    (403, {"category": "MISSING_SCOPES"}, "AUTH_MISSING_SCOPES"),
    (404, {"category": "OBJECT_NOT_FOUND"}, "REF_REMOTE_GONE"),
    (409, {"category": "CONFLICT", "message": "Contact already exists. Existing ID: 51"}, "ID_DUPLICATE_IN_BATCH"),
    (414, {"message": "A record can not take part in more than 250 merges"}, "ID_TOO_MANY_MERGES"),
    (423, {"category": "LOCKED"}, "RATE_HS_BURST"),
    (429, {"policyName": "DAILY", "errorType": "RATE_LIMIT"}, "RATE_HS_DAILY"),
    (429, {"message": "You have reached your daily limit."}, "RATE_HS_DAILY"),
    (429, {"policyName": "SECONDLY"}, "RATE_HS_BURST"),
    (502, {}, "SYS_REMOTE_ERROR"),
    (477, {}, "SYS_REMOTE_ERROR"),
    (400, {"category": "VALIDATION_ERROR", "errors": [{"code": "PROPERTY_DOESNT_EXIST"}]}, "CFG_FIELD_MISSING"),
    (400, {"errors": [{"code": "READ_ONLY_VALUE"}]}, "CFG_FIELD_READ_ONLY"),
    (400, {"errors": [{"code": "MISSING_CONDITIONAL_REQUIRED_PROPERTY"}]}, "VAL_REQUIRED"),
    (400, {"errors": [{"code": "INVALID_OPTION"}]}, "VAL_OPTION"),
    (400, {"message": 'Not valid: [{"isValid":false,"error":"INVALID_EMAIL","name":"email"}]'}, "ID_BAD_EMAIL"),
    (400, {"message": "Duplicate IDs found in batch input: [1]"}, "ID_DUPLICATE_IN_BATCH"),
    (400, {"message": "odd", "context": {"INVALID_OBJECT_IDS": ["1"]}}, "REF_INVALID"),
    (400, {"message": "price must not be negative", "errors": [{"code": "INVALID_NUMBER"}]}, "INV_LINE_NEGATIVE"),
    (400, {"message": "An invoice needs at least one associated line item before it can be open"}, "INV_NO_LINES"),
    (400, {"category": "INTERNAL_ERROR"}, "SYS_REMOTE_ERROR"),
    (400, {"category": "VALIDATION_ERROR", "message": "something new"}, "SYS_UNMAPPED_ERROR"),
    (418, {}, "SYS_UNMAPPED_ERROR"),
]  # fmt: skip


@pytest.mark.rule("D5", "D6", "D9", "D10", "D17", "D18", "D31", "D35", "D37", "D83", "D84", "D101")
@pytest.mark.parametrize(("status", "body", "code"), HUBSPOT)
def test_hubspot_refusals_are_sorted_with_every_field_optional(status: int, body: dict[str, Any], code: str) -> None:
    """Status, category, inner codes and, last, English texts decide; no field is required to be there."""
    assert hubspot.classify(status, body).code == code


def test_every_code_of_both_tables_exists() -> None:
    """A typo in a table would surface as an unknown reason in a report."""
    names = {row.code for row in (*quickbooks.TABLE, *hubspot.TABLE)} | set(quickbooks._BY_STATUS.values())
    assert names <= set(CODES)


def test_no_row_hides_behind_an_earlier_one() -> None:
    """Each row of the QuickBooks table is the first to fit for some error."""
    for position, row in enumerate(quickbooks.TABLE):
        plain = [
            earlier
            for earlier in quickbooks.TABLE[:position]
            if not (earlier.entities or earlier.element or earlier.says)
        ]
        hidden = {code for earlier in plain for code in earlier.remote.split()}
        assert not set(row.remote.split()) <= hidden, row


def test_fault_detail_and_addresses_never_reach_an_error() -> None:
    """Intuit's Detail and any e-mail address stay out of message and detail; the property's name stays in."""
    error = {
        "Message": "Bad mail ada@example.com",
        "Detail": "Ada Lovelace, 12 High St",
        "code": "2210",
        "element": "BillEmail",
    }
    made = error_of(quickbooks.classify(400, error, "Invoice"))
    assert "ada@example.com" not in str(made) + repr(made.__dict__)
    assert "Lovelace" not in str(made) + repr(made.__dict__)
    assert "BillEmail" in str(made)


def test_hubspots_embedded_list_of_values_is_not_repeated() -> None:
    """HubSpot appends the offending values to its message as JSON; the sentence keeps the reason alone."""
    body = {
        "message": 'Property values were not valid: [{"isValid":false,"message":"Secret Street 5 is bad",'
        '"error":"INVALID_OPTION","name":"city"}]',
        "correlationId": "c-9",
    }
    fault = hubspot.classify(400, body)
    assert (fault.field, fault.request_id) == ("city", "c-9")
    assert "isValid" not in fault.message


def test_a_conflicts_holder_can_be_read_from_its_message() -> None:
    """HubSpot names the existing contact in the text only."""
    assert hubspot.existing_id("Contact already exists. Existing ID: 51") == "51"
    assert hubspot.existing_id("Conflict") is None


@pytest.mark.parametrize(
    "text",
    [
        "Bearer abcdef0123456789",
        "token pat-na1-aaaabbbb-cccc",
        '{"access_token": "zzzzzzzz1111"}',
        "refresh_token=AB11700000000zzzz",
        "Token expired: eyJhbGciOi.abc.def",
    ],
)
def test_what_looks_like_a_token_is_hidden(text: str) -> None:
    """Tokens are recognised by their shape where their value is not known."""
    hidden = scrub(text)
    assert "[hidden]" in hidden
    assert not any(part in hidden for part in ("0123456789", "aaaabbbb", "zzzz", "eyJhbGciOi"))


def test_a_message_is_cut_to_one_short_line() -> None:
    """A page of HTML does not become a sentence."""
    assert len(short_message("x\n" * 1000)) <= 300
    assert short_message("a\n  b") == "a b"
    assert error_of(Fault("REF_INVALID", 400, system="hubspot")).code == "REF_INVALID"
