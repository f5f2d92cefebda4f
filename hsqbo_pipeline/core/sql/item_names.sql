-- Who holds one of these item names in QuickBooks; inactive items carry another name there and hold none.
SELECT name_key, id, name FROM products
WHERE system = 'quickbooks' AND active AND name_key IN (SELECT unnest($names))
