-- The form of an e-mail address, as model.keys.is_email has it.
CREATE OR REPLACE TEMP MACRO is_email(value) AS
  length(value) BETWEEN 3 AND 254
  AND regexp_full_match(value, '[^\s\p{Z}@,;<>"()\[\]]{1,64}@[^\s\p{Z}@,;<>"()\[\]_]+\.[^\s\p{Z}@,;<>"()\[\]._-]{2,}')
  AND NOT contains(split_part(value, '@', -1), '..');
