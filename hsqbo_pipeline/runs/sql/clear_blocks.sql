DELETE FROM record_states WHERE entity = 'connection'
