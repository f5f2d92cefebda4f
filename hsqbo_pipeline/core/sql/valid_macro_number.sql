-- Whether a text is a number that a decimal holds exactly: plain or with a small exponent, no separators, no endless decimals.
CREATE OR REPLACE TEMP MACRO is_number(value) AS
  regexp_full_match(value, '\s*[+-]?((\d+(\.\d{0,18}0*)?|\.\d{1,18}0*)|\d+(\.\d{1,9})?[eE](\+?\d{1,2}|-0?\d))\s*');
