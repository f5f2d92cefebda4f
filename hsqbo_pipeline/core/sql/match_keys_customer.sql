-- E-mail keys of everyone who may be matched by them. Inactive QuickBooks customers take no part unless the rules bring them along.
CREATE OR REPLACE TEMP TABLE match_keys AS
SELECT system, id, key FROM own_addresses
