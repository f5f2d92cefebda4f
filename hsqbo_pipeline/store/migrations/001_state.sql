-- Everything a connection remembers. One connection = one HubSpot portal paired with one QuickBooks company.
-- system is 'hubspot' or 'quickbooks'; entity is 'customer', 'product', 'invoice' or 'payment'.

CREATE TABLE meta (key VARCHAR PRIMARY KEY, value VARCHAR NOT NULL);

CREATE TABLE runs (
  run_id VARCHAR PRIMARY KEY, number INTEGER NOT NULL, kind VARCHAR NOT NULL, started_at TIMESTAMPTZ NOT NULL, ended_at TIMESTAMPTZ,
  from_day DATE, to_day DATE, apply BOOLEAN NOT NULL, rules_hash VARCHAR NOT NULL, rules JSON, plan_hash VARCHAR,
  exit_code INTEGER, counts JSON, requests JSON
);

-- Reading -------------------------------------------------------------------------------------------------------------
CREATE TABLE reads (
  run_id VARCHAR NOT NULL, system VARCHAR NOT NULL, object VARCHAR NOT NULL, complete BOOLEAN NOT NULL, code VARCHAR, detail VARCHAR,
  records INTEGER NOT NULL, requests INTEGER NOT NULL, read_at TIMESTAMPTZ NOT NULL, PRIMARY KEY (run_id, system, object)
);

CREATE TABLE mirror_state (
  system VARCHAR NOT NULL, object VARCHAR NOT NULL, complete_since TIMESTAMPTZ, watermark TIMESTAMPTZ, read_at TIMESTAMPTZ, swept_at TIMESTAMPTZ,
  properties VARCHAR[],      -- HubSpot: what the complete read asked for; asking for more makes the object incomplete
  PRIMARY KEY (system, object)
);

-- The newest answer we hold for each record, as the API gave it; numbers with a fraction are text inside the JSON, because
-- DuckDB's JSON reader would pass them through a binary float.
CREATE TABLE mirror (
  system VARCHAR NOT NULL, object VARCHAR NOT NULL, id VARCHAR NOT NULL, version VARCHAR, created_at TIMESTAMPTZ, modified_at TIMESTAMPTZ,
  gone VARCHAR,              -- NULL, or 'archived', 'deleted', 'merged' as the other side told us
  merged_into VARCHAR,       -- the id that answers for a merged record now
  payload JSON NOT NULL, payload_hash UBIGINT, seen_run VARCHAR NOT NULL, PRIMARY KEY (system, object, id)
);

-- HubSpot's associations between mirrored records, both directions are stored as the API names them.
CREATE TABLE associations (
  from_object VARCHAR NOT NULL, from_id VARCHAR NOT NULL, to_object VARCHAR NOT NULL, to_id VARCHAR NOT NULL, type_ids INTEGER[] NOT NULL,
  PRIMARY KEY (from_object, from_id, to_object, to_id)
);

-- Mirror rows that changed in a run: what `validate` has to look at.
CREATE TABLE touched (run_id VARCHAR NOT NULL, system VARCHAR NOT NULL, object VARCHAR NOT NULL, id VARCHAR NOT NULL, PRIMARY KEY (run_id, system, object, id));

-- Valid rows, canonical and typed: one row per current record --------------------------------------------------------------
CREATE TABLE customers (
  system VARCHAR NOT NULL, id VARCHAR NOT NULL, object VARCHAR NOT NULL, version VARCHAR, created_at TIMESTAMPTZ, modified_at TIMESTAMPTZ,
  active BOOLEAN NOT NULL, email VARCHAR, email_keys VARCHAR[] NOT NULL, first_name VARCHAR, last_name VARCHAR, phone VARCHAR, company VARCHAR,
  address VARCHAR, city VARCHAR, state VARCHAR, zip VARCHAR, country VARCHAR,
  display_name VARCHAR, name_key VARCHAR, parent_id VARCHAR, currency VARCHAR, balance DECIMAL(18,2), taxable BOOLEAN,
  company_id VARCHAR, mark VARCHAR, alias_of VARCHAR, merged_ids VARCHAR[], source VARCHAR,
  custom JSON, fields_hash VARCHAR NOT NULL, PRIMARY KEY (system, id)
);

CREATE TABLE products (
  system VARCHAR NOT NULL, id VARCHAR NOT NULL, object VARCHAR NOT NULL, version VARCHAR, created_at TIMESTAMPTZ, modified_at TIMESTAMPTZ,
  active BOOLEAN NOT NULL, sku VARCHAR, sku_key VARCHAR, name VARCHAR, name_key VARCHAR, description VARCHAR,
  price DECIMAL(28,10), cost DECIMAL(28,10), item_type VARCHAR, income_account VARCHAR, expense_account VARCHAR, parent_id VARCHAR, taxable BOOLEAN,
  mark VARCHAR, merged_ids VARCHAR[], custom JSON, fields_hash VARCHAR NOT NULL, PRIMARY KEY (system, id)
);

CREATE TABLE invoices (
  system VARCHAR NOT NULL, id VARCHAR NOT NULL, object VARCHAR NOT NULL, version VARCHAR, created_at TIMESTAMPTZ, modified_at TIMESTAMPTZ,
  active BOOLEAN NOT NULL, number VARCHAR, number_key VARCHAR, invoice_date DATE, due_date DATE, currency VARCHAR, exchange_rate DECIMAL(28,10),
  status VARCHAR,            -- draft | open | paid | voided, the same four words for both systems
  subtotal DECIMAL(18,2), discount DECIMAL(18,2), shipping DECIMAL(18,2), tax DECIMAL(18,2), total DECIMAL(18,2), balance DECIMAL(18,2), deposit DECIMAL(18,2),
  customer_id VARCHAR,       -- QuickBooks CustomerRef; NULL on HubSpot's side, which has contact_ids
  contact_ids VARCHAR[], company_ids VARCHAR[], deal_ids VARCHAR[], payment_ids VARCHAR[],
  billable BOOLEAN, source VARCHAR, external_id VARCHAR, memo VARCHAR, private_note VARCHAR, terms VARCHAR, class_id VARCHAR, location_id VARCHAR,
  tax_mode VARCHAR, linked_txns JSON, qbo_total DECIMAL(18,2), qbo_tax DECIMAL(18,2), qbo_balance DECIMAL(18,2), qbo_credits DECIMAL(18,2), backfill VARCHAR,
  email_status VARCHAR, mark VARCHAR, merged_ids VARCHAR[], custom JSON, lines_hash VARCHAR, fields_hash VARCHAR NOT NULL, PRIMARY KEY (system, id)
);

CREATE TABLE invoice_lines (
  system VARCHAR NOT NULL, invoice_id VARCHAR NOT NULL, line_id VARCHAR NOT NULL, position INTEGER NOT NULL,
  kind VARCHAR NOT NULL,     -- item | description | discount | shipping | subtotal | group
  item_id VARCHAR, sku VARCHAR, name VARCHAR, description VARCHAR, quantity DECIMAL(28,10), unit_price DECIMAL(28,10), amount DECIMAL(28,10),
  discount_percent DECIMAL(28,10), discount_amount DECIMAL(28,10), tax_code VARCHAR, service_date DATE, class_id VARCHAR, mark VARCHAR, linked_txns JSON,
  PRIMARY KEY (system, invoice_id, line_id)
);

-- Payments of customers, and whatever else moves a balance (kind): payment | credit_memo | refund_receipt | sales_receipt | journal.
CREATE TABLE payments (
  system VARCHAR NOT NULL, id VARCHAR NOT NULL, object VARCHAR NOT NULL, kind VARCHAR NOT NULL, version VARCHAR, created_at TIMESTAMPTZ, modified_at TIMESTAMPTZ,
  active BOOLEAN NOT NULL, number VARCHAR, customer_id VARCHAR, contact_ids VARCHAR[], paid_on DATE, currency VARCHAR, amount DECIMAL(18,2), unapplied DECIMAL(18,2),
  method VARCHAR, reference VARCHAR, status VARCHAR, processor VARCHAR, source VARCHAR, deposit_account VARCHAR, refunded DECIMAL(18,2),
  processing_fee DECIMAL(18,2), platform_fee DECIMAL(18,2), payout_date DATE, private_note VARCHAR, mark VARCHAR, custom JSON,
  fields_hash VARCHAR NOT NULL, PRIMARY KEY (system, id)
);

-- How much of a payment (or credit) sits on which invoice. HubSpot: its associations, the whole amount on each.
CREATE TABLE payment_applications (
  system VARCHAR NOT NULL, payment_id VARCHAR NOT NULL, invoice_id VARCHAR NOT NULL, amount DECIMAL(18,2) NOT NULL,
  attribution VARCHAR NOT NULL,   -- cash | credit | deposit | journal | other
  PRIMARY KEY (system, payment_id, invoice_id, attribution)
);

-- Records that can't be read as what they should be. A row goes when the record becomes valid.
CREATE TABLE rejects (
  entity VARCHAR NOT NULL, system VARCHAR NOT NULL, id VARCHAR NOT NULL, code VARCHAR NOT NULL, field VARCHAR, value VARCHAR, label VARCHAR, run_id VARCHAR NOT NULL,
  PRIMARY KEY (entity, system, id)
);

-- Deciding --------------------------------------------------------------------------------------------------------------------
CREATE TABLE due (
  entity VARCHAR NOT NULL, system VARCHAR NOT NULL, id VARCHAR NOT NULL, reason VARCHAR NOT NULL, since_run VARCHAR NOT NULL, PRIMARY KEY (entity, system, id)
);

CREATE TABLE evaluated (
  entity VARCHAR NOT NULL, system VARCHAR NOT NULL, id VARCHAR NOT NULL, fields_hash VARCHAR NOT NULL, rules_hash VARCHAR NOT NULL, PRIMARY KEY (entity, system, id)
);

-- The links as they were when their children were last marked due.
CREATE TABLE links_seen (
  entity VARCHAR NOT NULL, hubspot_id VARCHAR NOT NULL, quickbooks_id VARCHAR NOT NULL, role VARCHAR NOT NULL
);

CREATE TABLE links (
  entity VARCHAR NOT NULL, hubspot_id VARCHAR NOT NULL, quickbooks_id VARCHAR NOT NULL, role VARCHAR NOT NULL,   -- primary | alias
  hubspot_object VARCHAR NOT NULL, quickbooks_object VARCHAR NOT NULL, owner VARCHAR NOT NULL, matched_by VARCHAR NOT NULL, since_run VARCHAR NOT NULL,
  since_at TIMESTAMPTZ NOT NULL, portal VARCHAR NOT NULL, realm VARCHAR NOT NULL, environment VARCHAR NOT NULL,
  PRIMARY KEY (entity, hubspot_id, quickbooks_id)
);

-- Pairs that ended (undone, deleted, released): a partner is never created again until the row is released.
CREATE TABLE tombstones (
  entity VARCHAR NOT NULL, system VARCHAR NOT NULL, id VARCHAR NOT NULL, partner_id VARCHAR, reason VARCHAR NOT NULL, run_id VARCHAR NOT NULL, at_time TIMESTAMPTZ NOT NULL,
  PRIMARY KEY (entity, system, id)
);

-- The field values both sides last agreed on, per side, as read back after the write: {field: text}.
CREATE TABLE baselines (
  entity VARCHAR NOT NULL, hubspot_id VARCHAR NOT NULL, quickbooks_id VARCHAR NOT NULL, hubspot_fields JSON NOT NULL, quickbooks_fields JSON NOT NULL,
  hubspot_version VARCHAR, quickbooks_version VARCHAR, run_id VARCHAR NOT NULL, PRIMARY KEY (entity, hubspot_id, quickbooks_id)
);

-- What people decided: link, unlink, pause, retry, push, adopt, release, ack.
CREATE TABLE decisions (
  entity VARCHAR NOT NULL, system VARCHAR NOT NULL, id VARCHAR NOT NULL, verb VARCHAR NOT NULL, value VARCHAR, who VARCHAR NOT NULL, why VARCHAR,
  at_time TIMESTAMPTZ NOT NULL, until DATE, PRIMARY KEY (entity, system, id, verb)
);

CREATE TABLE plans (
  hash VARCHAR PRIMARY KEY, run_id VARCHAR NOT NULL, status VARCHAR NOT NULL,   -- open | approved | applied | superseded | refused
  created_at TIMESTAMPTZ NOT NULL, needs_approval BOOLEAN NOT NULL, reasons JSON, totals JSON, inputs_hash VARCHAR NOT NULL,
  approved_by VARCHAR, approved_at TIMESTAMPTZ, why VARCHAR, superseded_by VARCHAR
);

CREATE TABLE operations (
  operation_id VARCHAR NOT NULL, plan_hash VARCHAR NOT NULL, run_id VARCHAR NOT NULL, position INTEGER NOT NULL, wave VARCHAR NOT NULL, entity VARCHAR NOT NULL,
  system VARCHAR NOT NULL, action VARCHAR NOT NULL, hubspot_id VARCHAR, quickbooks_id VARCHAR, source_system VARCHAR NOT NULL, source_id VARCHAR NOT NULL,
  label VARCHAR, changes JSON NOT NULL, steps JSON NOT NULL, warnings JSON NOT NULL, amount DECIMAL(18,2), currency VARCHAR,
  status VARCHAR NOT NULL,    -- planned | done | refused | set_aside | waiting | uncertain
  code VARCHAR, slots JSON, business_day DATE, on_done JSON, PRIMARY KEY (plan_hash, operation_id)
);

-- Each request-to-be, committed as 'intended' before it is sent.
CREATE TABLE journal (
  write_id VARCHAR NOT NULL,  -- operation id : step number : sequence
  operation_id VARCHAR NOT NULL, step INTEGER NOT NULL, sequence INTEGER NOT NULL, run_id VARCHAR NOT NULL, entity VARCHAR NOT NULL, source_system VARCHAR NOT NULL,
  source_id VARCHAR NOT NULL, system VARCHAR NOT NULL, object VARCHAR NOT NULL, action VARCHAR NOT NULL, target_id VARCHAR, body JSON NOT NULL, before JSON,
  find JSON,                  -- how an uncertain one is found again
  on_done JSON,               -- the link, tombstone or baseline a confirmation makes
  request_id VARCHAR, batch_id VARCHAR, position INTEGER, status VARCHAR NOT NULL,   -- intended | confirmed | refused | uncertain | abandoned
  intended_at TIMESTAMPTZ NOT NULL, settled_at TIMESTAMPTZ, code VARCHAR, remote_request VARCHAR, payload_hash VARCHAR NOT NULL, PRIMARY KEY (write_id)
);

-- Telling ------------------------------------------------------------------------------------------------------------------------
-- The present: one row per pair, or per record without a partner.
CREATE TABLE record_states (
  record_key VARCHAR PRIMARY KEY, entity VARCHAR NOT NULL, hubspot_id VARCHAR, quickbooks_id VARCHAR, state VARCHAR NOT NULL, class VARCHAR NOT NULL, code VARCHAR NOT NULL,
  detail VARCHAR, sentence VARCHAR NOT NULL, fix VARCHAR NOT NULL, slots JSON, reasons JSON, candidates JSON, label VARCHAR, amount DECIMAL(18,2), currency VARCHAR,
  business_day DATE, owner VARCHAR, source_system VARCHAR, since_run VARCHAR NOT NULL, since_at TIMESTAMPTZ NOT NULL, run_id VARCHAR NOT NULL, evaluated_at TIMESTAMPTZ NOT NULL,
  payload_hash VARCHAR, tries INTEGER NOT NULL DEFAULT 0
);

CREATE TABLE record_history (
  record_key VARCHAR NOT NULL, run_id VARCHAR NOT NULL, at_time TIMESTAMPTZ NOT NULL, entity VARCHAR NOT NULL, hubspot_id VARCHAR, quickbooks_id VARCHAR, state VARCHAR NOT NULL,
  code VARCHAR NOT NULL, sentence VARCHAR NOT NULL, action VARCHAR, changes JSON, remote_request VARCHAR
);

CREATE TABLE drift (run_id VARCHAR NOT NULL, entity VARCHAR NOT NULL, hubspot_id VARCHAR, quickbooks_id VARCHAR, field VARCHAR NOT NULL, hubspot_value VARCHAR, quickbooks_value VARCHAR, status VARCHAR NOT NULL, at_time TIMESTAMPTZ NOT NULL);

CREATE TABLE reconciliation (
  run_id VARCHAR NOT NULL, month VARCHAR NOT NULL, currency VARCHAR NOT NULL, measure VARCHAR NOT NULL,   -- count | total | tax | balance | cash
  quickbooks DECIMAL(18,2) NOT NULL, hubspot DECIMAL(18,2) NOT NULL, explained DECIMAL(18,2) NOT NULL, unexplained DECIMAL(18,2) NOT NULL,
  PRIMARY KEY (run_id, month, currency, measure)
);

CREATE TABLE reconciliation_differences (
  run_id VARCHAR NOT NULL, month VARCHAR NOT NULL, currency VARCHAR NOT NULL, measure VARCHAR NOT NULL, entity VARCHAR NOT NULL, hubspot_id VARCHAR, quickbooks_id VARCHAR,
  difference DECIMAL(18,2) NOT NULL, code VARCHAR NOT NULL
);

CREATE TABLE tie_out (
  run_id VARCHAR NOT NULL, quickbooks_id VARCHAR NOT NULL, label VARCHAR, currency VARCHAR, open_invoices DECIMAL(18,2) NOT NULL, unapplied DECIMAL(18,2) NOT NULL,
  credits DECIMAL(18,2) NOT NULL, balance DECIMAL(18,2) NOT NULL, difference DECIMAL(18,2) NOT NULL, PRIMARY KEY (run_id, quickbooks_id)
);

CREATE TABLE quality (
  run_id VARCHAR NOT NULL, system VARCHAR NOT NULL, entity VARCHAR NOT NULL, dimension VARCHAR NOT NULL, field VARCHAR NOT NULL, checked INTEGER NOT NULL, failed INTEGER NOT NULL,
  severity VARCHAR NOT NULL, what VARCHAR NOT NULL, fix VARCHAR NOT NULL, samples JSON
);

CREATE TABLE fees (run_id VARCHAR NOT NULL, day DATE NOT NULL, payout_date DATE, currency VARCHAR NOT NULL, payments INTEGER NOT NULL, processing_fee DECIMAL(18,2) NOT NULL, platform_fee DECIMAL(18,2) NOT NULL);

-- What a run decided about each record it evaluated; apply's outcomes are laid over it to make record_states.
CREATE TABLE verdicts (
  run_id VARCHAR NOT NULL, record_key VARCHAR NOT NULL, entity VARCHAR NOT NULL, hubspot_id VARCHAR, quickbooks_id VARCHAR, code VARCHAR NOT NULL, slots JSON NOT NULL,
  reasons JSON NOT NULL, candidates JSON NOT NULL, label VARCHAR, amount DECIMAL(18,2), currency VARCHAR, business_day DATE, source_system VARCHAR,
  settle JSON,               -- {"hubspot": {field: text}, "quickbooks": {...}} as evaluated; NULL: the baseline stays as it is
  operation_ids VARCHAR[] NOT NULL, covers JSON NOT NULL,   -- [[system, id], ...]: the due rows this verdict answers
  PRIMARY KEY (run_id, record_key)
);

-- Who could be whose partner, among the due records of a run (made by match, read by plan).
CREATE TABLE pairs (
  entity VARCHAR NOT NULL, hubspot_id VARCHAR, quickbooks_id VARCHAR, kind VARCHAR NOT NULL,   -- linked | alias | matched | single | shared | ambiguous | claimed
  matched_by VARCHAR, candidates JSON
);
