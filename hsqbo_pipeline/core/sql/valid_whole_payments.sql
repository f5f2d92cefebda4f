-- Currencies without cents: an amount with some was misread by someone.
UPDATE staged SET problem = {'code': 'VAL_OPTION', 'field': 'amount', 'value': amount::VARCHAR}
WHERE problem IS NULL AND list_contains($currencies, currency) AND amount <> trunc(amount)
