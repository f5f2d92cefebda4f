-- A SKU is a key only where the record is active: an inactive item takes no partner.
CREATE OR REPLACE TEMP TABLE match_keys AS
SELECT system, id, 'sku:' || sku_key AS key FROM products WHERE (active OR $inactive) AND sku_key IS NOT NULL
