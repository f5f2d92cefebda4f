-- What both systems take for an address: one @, a dot after it, no blanks or list signs.
CREATE OR REPLACE TEMP MACRO is_email(value) AS
  regexp_full_match(value, '[^@\s,;:<>()\[\]"\\]+@[^@\s,;:<>()\[\]"\\.]+(\.[^@\s,;:<>()\[\]"\\.]+)+') AND NOT contains(value, '..');
