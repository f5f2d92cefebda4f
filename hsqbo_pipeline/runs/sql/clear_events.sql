-- Some warnings tell of an event and hold for the run that saw it only; the record itself has been in step since. Documents that differ
-- go on to differ.
UPDATE record_states SET code = 'OPS_UNCHANGED', class = 'SKIPPED', detail = 'unchanged', sentence = $sentence, fix = $fix, reasons = '[]', slots = '{}'
WHERE code IN (SELECT unnest($events)) AND run_id <> $run_id AND NOT (code = 'REC_DRIFT' AND entity IN ('invoice', 'payment'))
