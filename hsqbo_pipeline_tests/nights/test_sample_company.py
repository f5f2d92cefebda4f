"""The sample company has a bit of everything: its nights produce every code that can occur while all connections hold."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

import pytest

from hsqbo_pipeline.errors import ExitCode
from hsqbo_pipeline.model.codes import CODES, Category
from hsqbo_pipeline.runs.request import Kind, Request
from hsqbo_pipeline.sandbox.cast import Cast
from hsqbo_pipeline.sandbox.sample.fill import next_day, sample_config
from hsqbo_pipeline_tests.docs.markers import proofs
from hsqbo_pipeline_tests.nights.house import House, house

# What is told of customers, products, and of runs and connections themselves; documents have files of their own.
CATEGORIES = {
    Category.CONNECTION,
    Category.CONFIGURATION,
    Category.IDENTITY,
    Category.ITEM,
    Category.CUSTOMER,
    Category.OPERATION,
}

_LOGIN = "a login or a permission has to be lost"
_LIMITS = "needs an allowance that is used up"
_TROUBLE = "the network or a service has to fail"
_RULES = "a mistake in the rules, which stops the run before any record is looked at"
_WHOLE = "stops or holds the whole run, so that no other code could be told"
_RACE = "needs somebody who changes a record between our look and our write"

_GUARD = "apply/test_guard.py::test_quickbooks_is_asked_for_nothing_that_harms_the_books"

# code -> why no healthy night of the sample company tells it, and the test that does.
ELSEWHERE: Mapping[str, tuple[str, str]] = {
    "AUTH_QBO_EXPIRED": (_LOGIN, "nights/test_nights.py::test_a_wrong_token_blocks_with_its_code_and_writes_nothing"),
    "AUTH_HS_EXPIRED": (_LOGIN, "nights/test_nights.py::test_a_wrong_token_blocks_with_its_code_and_writes_nothing"),
    "AUTH_QBO_FORBIDDEN": (_LOGIN, "nights/test_access.py::test_a_closed_door_blocks_with_its_code_and_asks_no_more_than_needed"),
    "AUTH_QBO_SUBSCRIPTION": (_LOGIN, "nights/test_access.py::test_a_closed_door_blocks_with_its_code_and_asks_no_more_than_needed"),
    "AUTH_QBO_WRONG_COMPANY": (_LOGIN, "nights/test_access.py::test_a_sandbox_nights_links_are_not_trusted_by_another_environment"),
    "AUTH_MISSING_SCOPES": (_LOGIN, "apply/test_refusals.py::test_a_missing_scope_closes_one_object_and_leaves_the_others_at_work"),
    "AUTH_ENDS_SOON": ("the sandbox's logins do not end", "runs/test_doctor.py::test_a_login_that_ends_soon_is_told_in_time"),
    "RATE_QBO": (_LIMITS, "apply/test_refusals.py::test_items_that_quickbooks_turns_away_inside_a_batch_wait"),
    "RATE_QBO_MONTHLY": (_LIMITS, "nights/test_access.py::test_a_closed_door_blocks_with_its_code_and_asks_no_more_than_needed"),
    "RATE_HS_BURST": (_LIMITS, "clients/test_faults.py::test_hubspot_refusals_are_sorted_with_every_field_optional"),
    "RATE_HS_DAILY": (_LIMITS, "apply/test_refusals.py::test_a_daily_limit_leaves_the_rest_of_one_system_waiting_and_the_other_at_work"),
    "SYS_REMOTE_ERROR": (_TROUBLE, "nights/test_nights.py::test_an_unreachable_system_is_told_and_nothing_is_written"),
    "SYS_EXTRACT_TRUNCATED": (_TROUBLE, "nights/test_nights.py::test_an_unreachable_system_is_told_and_nothing_is_written"),
    "SYS_FAULT_IN_SUCCESS": ("is told by its inner code", "clients/test_transport.py::test_a_fault_inside_http_200_is_an_error_by_its_inner_code"),
    "SYS_OUTCOME_UNCERTAIN": (_TROUBLE, "nights/test_nights.py::test_a_system_that_dies_while_we_write_leaves_nothing_blocked_behind"),
    "SYS_UNMAPPED_ERROR": ("the sandbox knows no refusal without a code", "clients/test_faults.py::test_quickbooks_codes_decide_in_any_language"),
    "OPS_MAX_RETRIES": ("follows on a refusal without a code", "runs/test_refusals.py::test_an_unknown_refusal_is_tried_a_few_times_then_parked"),
    "VAL_BUSINESS_RULE": ("every rule of the sandbox's books is known before it is asked", _GUARD),
    "CFG_INVALID": (_RULES, "nights/test_hostile.py::test_bad_rules_are_named_with_their_place"),
    "CFG_CUSTOM_FIELD_LIMIT": (_RULES, "model/test_rules_mistakes.py::test_a_fourth_custom_field_is_refused_with_its_code"),
    "CFG_FIELD_READ_ONLY": (_RULES, "model/test_rules_mistakes.py::test_a_mapping_never_writes_what_belongs_to_one_system"),
    "CFG_FIELD_MISSING": (_RULES, "nights/test_hostile.py::test_a_field_that_was_mended_is_taken_in_the_next_night"),
    "CFG_FIELD_TYPE_UNSUPPORTED": (_RULES, "model/test_fields.py::test_custom_mappings_are_checked_against_both_sides"),
    "CFG_CUSTOM_FIELD_NOT_VISIBLE": (_RULES, "runs/test_doctor.py::test_mapped_custom_fields_must_be_on_sales_forms"),
    "CFG_FIELD_CATEGORY": (_RULES, "runs/test_doctor.py::test_mapped_custom_fields_must_be_on_sales_forms"),
    "OPS_AWAITING_APPROVAL": (_WHOLE, "nights/test_nights.py::test_mode_ask_waits_and_mode_observe_never_writes"),
    "OPS_CIRCUIT_OPEN": (_WHOLE, "runs/test_plan_story.py::test_limits_count_a_day_however_small_its_slices_are"),
    "OPS_OTHER_SYNC_ACTIVE": (_WHOLE, "scenarios/test_connections.py::test_a_connection_begins_and_ends_without_doubling_anything"),
    "OPS_OTHER_RUN": (_WHOLE, "defs/test_failures.py::test_a_held_lock_is_told_by_every_asset_and_by_the_run"),
    "SYS_STATE_LOST": (_WHOLE, "nights/test_nights.py::test_lost_state_is_noticed_before_anything_is_made_twice"),
    "SYS_STATE_UNUSABLE": (_WHOLE, "nights/test_hostile.py::test_damaged_files_are_named_with_the_way_out"),
    "SYS_DISK_FULL": (_WHOLE, "nights/test_hostile.py::test_a_full_disk_is_told_and_the_next_night_goes_on"),
    "REF_REMOTE_GONE": (_RACE, "apply/test_writer.py::test_a_target_that_is_gone_is_reported_and_never_made_again"),
    "REF_INVALID": (_RACE, "clients/test_faults.py::test_quickbooks_codes_decide_in_any_language"),
    "ID_TOO_MANY_MERGES": ("takes 250 merges of one contact", "clients/test_faults.py::test_hubspot_refusals_are_sorted_with_every_field_optional"),
    "CUS_NAME_TOO_LONG": ("its parts are too long before (VAL_TOO_LONG)", "mapping/test_display_names.py::test_name_too_long"),
}  # fmt: skip

# Both ways from the first night on. What is not chosen yet (where items and payments are booked) is told in that night.
RULES = {
    "customers": {
        "display_name": {"fallbacks": ["person"]},
        "fields": {"last_name": {"winner": "hold"}},
        "on_deleted": "archive",
    },
    "products": {"direction": "both"},
    "invoices": {
        "direction": "both",
        "inventory": "allow",
        "custom_item_income_account": "Sales of Product Income",
    },
    "payments": {"direction": "both"},
    "tax": {"us_untaxed_hs_invoice": "send_non"},
}
CHOSEN = {
    "products": {"direction": "both", "income_account": "Sales of Product Income"},
    "payments": {"direction": "quickbooks_to_hubspot"},
}


def told(home: House) -> set[str]:
    """Every code of the report, further reasons included."""
    rows = home.ask("SELECT code, reasons FROM record_states")
    return {row["code"] for row in rows} | {each["code"] for row in rows for each in json.loads(row["reasons"] or "[]")}


@pytest.mark.rule(
    "D16", "D22", "D23", "D24", "D25", "D26", "D27", "D28", "D30", "D31", "D32", "D33", "D34", "D35",
    "D36", "D38", "D39", "D40", "D41", "D42", "D43", "D44", "D45", "D46", "D48", "D49", "D83", "D84",
    "D85", "D87", "D88", "D89", "D90", "D92", "D95", "D96", "D100",
    "CUS_SUB_CUSTOMER", "ID_QBO_MERGED", "ITM_BEFORE_STOCK_START",
)  # fmt: skip
def test_the_sample_company_produces_every_code_that_can_occur(tmp_path: Path) -> None:
    """The sample company shows all there is to tell of customers, products and runs: a first night with half of the rules
    chosen, then a day on which people edit, merge, delete and inactivate on both sides, and a second night."""
    casts: dict[str, Cast] = {}
    with house(tmp_path / "data", sample_config(casts=casts), **RULES) as home:
        pause = {"object": "customer", "hubspot": casts["hubspot"].find("@C195").id, "who": "Ada", "why": "disputed"}
        home.rules["pauses"] = [pause]
        assert home.night(Request(approve="auto")).exit_code == ExitCode.RED  # no account to book items to
        seen = told(home)
        home.rules |= CHOSEN
        next_day(casts)
        assert home.night(Request(Kind.SWEEP, approve="auto")).exit_code == ExitCode.DONE
        seen |= told(home)
    expected = {code for code, one in CODES.items() if one.category in CATEGORIES} - ELSEWHERE.keys()
    assert (sorted(expected - seen), sorted(seen & ELSEWHERE.keys())) == ([], [])


def test_what_the_sample_company_cannot_produce_is_produced_elsewhere() -> None:
    """Each code that is excused above is carried by the test named beside it."""
    shown = proofs()
    names = {code: {code, CODES[code].number or code} for code in ELSEWHERE}
    carried = {
        code: {f"{test.path.removeprefix('hsqbo_pipeline_tests/')}::{test.name}" for name in all_names for test in shown.get(name, [])}
        for code, all_names in names.items()
    }  # fmt: skip
    assert [code for code, (_why, test) in ELSEWHERE.items() if test not in carried[code]] == []
