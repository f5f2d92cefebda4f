-- Our mark on a QuickBooks transaction: what stands between `[hs ` and `]` at the end of its private note.
CREATE OR REPLACE TEMP MACRO mark_of(note) AS nullif(regexp_extract(note, '\[hs ([^\[\]]+)\]\s*$', 1), '');
