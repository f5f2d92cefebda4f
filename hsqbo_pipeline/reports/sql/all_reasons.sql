-- Records with more to say than one sentence.
SELECT record_key, entity, label, code, slots, sentence, fix, reasons, candidates FROM record_states WHERE reasons::VARCHAR <> '[]' OR candidates::VARCHAR <> '[]'
