SELECT record_key, code, slots, sentence, payload_hash, tries FROM record_states WHERE payload_hash IS NOT NULL
