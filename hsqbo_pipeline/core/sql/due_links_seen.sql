-- The links as they were when their children were last marked.
CREATE TABLE IF NOT EXISTS links_seen (
  entity VARCHAR NOT NULL, hubspot_id VARCHAR NOT NULL, quickbooks_id VARCHAR NOT NULL, role VARCHAR NOT NULL
)
