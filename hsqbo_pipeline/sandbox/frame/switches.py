"""Behaviours nobody could verify against a live account: each has a switch, and the harsher reading is its default."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields


@dataclass
class Switches:
    """Settable by POST /_sandbox/switches and in a reset. Prefix qb_ is QuickBooks', hs_ is HubSpot's."""

    qb_requestid_retention_s: float = 86_400
    """How long an answer is kept for a repeated requestid; the documentation is silent."""
    qb_requestid_replays_faults: bool = False
    """Whether a refused write is remembered too; harsher: it is tried again."""
    qb_requestid_other_body: str = "replay"
    """Same requestid, other content: "replay" the old answer (harsher: the new content is lost) or "execute"."""
    qb_cdc_too_old_code: str = "4001"
    """Fault code of a CDC look-back beyond 30 days; only the message is known."""
    qb_payment_bumps_invoice_token: bool = True
    """Whether applying a payment moves the invoice's SyncToken; harsher: it does, so a cached token is stale."""
    qb_strict_paging: bool = True
    """STARTPOSITION 0 and MAXRESULTS above 1000 are errors; off: they are clamped."""
    qb_over_application_code: str = "6000"
    """Fault code when a payment line exceeds the open balance (6000, 620 or 2500 have been told of)."""
    qb_rounding: str = "half_up"
    """Rounding of Qty x UnitPrice and of tax: "half_up" or "half_even"."""
    qb_forbidden_status: int = 403
    """HTTP status of codes 100, 120, 3100, 5020."""
    qb_system_fault_status: int = 500
    """HTTP status of code 10000; 200 and 400 have been reported."""
    qb_refresh_token_grace_s: float = 0
    """How long a rotated refresh token stays good; older documents say up to 24 hours."""
    qb_refresh_rotates_every: int = 1
    """Every how many refreshes the refresh token changes; the real value moves about once a day."""
    qb_replayed_refresh_ends_connection: bool = True
    """Whether using a rotated refresh token kills the whole chain, so that a person must consent again."""
    qb_names_ignore_case: bool = True
    """Whether names that differ only in case collide."""
    qb_customer_time_moves: bool = True
    """Whether a customer's LastUpdatedTime moves with its transactions (recorded so), its SyncToken standing still."""
    qb_untaxed_line_is_non: bool = True
    """Whether a US line sent without tax code comes back as NON."""
    qb_invoice_status: bool = False
    """Whether invoices carry the schema's `invoiceStatus`; the recordings show none."""
    qb_mentions_inventory_start: bool = True
    """Whether a transaction dated before an inventory item's InvStartDate is refused (6270)."""
    qb_sparse_blank_clears: bool = False
    """Whether "" or null in a sparse update clears the field; as recorded "" counts as not sent."""
    qb_localised_messages: bool = False
    """Whether fault texts come in another language than English."""

    hs_status_settable_when_not_billable: bool = True
    """Whether hs_invoice_status of a non-billable invoice may be set directly and turned back from paid to open."""
    hs_payments_archivable: bool = True
    """Whether payments made over the API may be archived."""
    hs_payment_lowers_balance: bool = True
    """Whether a payment associated with a billable invoice lowers its balance."""
    hs_unique_on_commerce: bool = True
    """Whether commerce objects may have unique properties."""
    hs_search_lag_s: float = 5.0
    """How long a change stays invisible to search, in seconds of the sandbox clock."""
    hs_number_to_object_id_v4: bool = True
    """Whether the v4 association paths answer `toObjectId` as a JSON number, as observed live."""
    hs_number_to_object_id: bool = False
    """The same for the date-based paths, which the published shapes type as string."""
    hs_email_upsert_partial: bool = False
    """Whether an upsert by e-mail with trace ids answers 207; harsher: one bad input refuses the batch."""
    hs_search_total_capped: bool = False
    """Whether `total` of a search stops at 10,000."""
    hs_empty_is_null: bool = True
    """Whether a requested property without value is answered as null; off: it is left out."""
    hs_balance_settable_when_not_billable: bool = False
    """Whether hs_balance_due of a non-billable invoice may be set; harsher: it is computed for every invoice."""
    hs_void_is_final: bool = True
    """Whether a voided invoice keeps that status for good."""
    hs_finalised_editable: bool = False
    """Whether the API may change lines, currency, contact and dates of an open, paid or voided billable invoice."""
    hs_payments_need_processor: bool = False
    """Whether creating payments over the API is refused (403) for want of a connected payment processor."""
    hs_processor_payments_take_custom: bool = False
    """Whether custom properties of a payment made by a processor may be written; harsher: nothing of it may."""
    hs_line_item_changes_parent: bool = False
    """Whether associating a line item with a second parent takes it from the first; off: it is refused."""
    hs_introspects_keys: bool = True
    """Whether introspection answers for a key or private-app token, which has no client id; off: it is refused."""
    hs_api_invoice_source: str = "HubSpot"
    """hs_invoice_source of an invoice made over the API; harsher: the value that a person's invoice carries."""
    hs_retry_after: bool = False
    """Whether a 429 carries Retry-After; it is documented for 477 alone."""
    hs_per_10s: int = 100
    """Requests a private app or service key may send in any 10 seconds: 100 Free and Starter, 190 above."""
    hs_per_day: int = 250_000
    """Requests a day, counted from midnight in the portal's time zone."""
    hs_search_per_s: int = 5
    """Searches a second for the whole account."""

    def change(self, values: Mapping[str, object]) -> None:
        """Set switches by name. Raises ValueError for an unknown name or a value of another kind."""
        known = {item.name: getattr(self, item.name) for item in fields(self)}
        for name, value in values.items():
            if name not in known:
                raise ValueError(f"unknown switch {name!r}; known are {', '.join(sorted(known))}")
            setattr(self, name, _like(known[name], value, name))

    def restore(self, values: Mapping[str, object] | None = None) -> None:
        """Back to the defaults, then these values."""
        for item in fields(self):
            setattr(self, item.name, item.default)
        self.change(values or {})

    def as_dict(self) -> dict[str, object]:
        """All switches with their values."""
        return asdict(self)


def _like(sample: object, value: object, name: str) -> object:
    number = isinstance(value, int | float) and not isinstance(value, bool)
    if isinstance(sample, bool) and isinstance(value, bool):
        return value
    if isinstance(sample, str) and isinstance(value, str):
        return value
    if not isinstance(sample, bool) and isinstance(sample, int | float) and number:
        return value
    raise ValueError(f"switch {name} takes a {type(sample).__name__}, not {value!r}")
