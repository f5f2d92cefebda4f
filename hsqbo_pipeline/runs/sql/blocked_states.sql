SELECT DISTINCT sentence FROM record_states WHERE state = 'BLOCKED' ORDER BY sentence
