-- Currencies without cents: an amount with some was misread by someone.
UPDATE staged SET problem = {'code': 'VAL_OPTION', 'field': 'total', 'value': total::VARCHAR}
WHERE problem IS NULL AND list_contains($currencies, currency) AND total <> trunc(total)
