-- A vanished record has nothing due of its own: its partner has.
DELETE FROM due USING vanished AS v WHERE due.entity = $entity AND due.system = v.system AND due.id = v.id AND due.reason <> 'gone'
