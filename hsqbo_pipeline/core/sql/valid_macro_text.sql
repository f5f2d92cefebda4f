-- A text without its outer blanks; nothing where nothing is left.
CREATE OR REPLACE TEMP MACRO text_of(value) AS nullif(trim(value, chr(32) || chr(9) || chr(10) || chr(13) || chr(160)), '');
