-- Either people or companies are the customers, never both.
DELETE FROM customers WHERE system = 'hubspot' AND object <> $object
