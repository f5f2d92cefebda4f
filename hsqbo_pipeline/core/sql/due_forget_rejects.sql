-- Nor is there anything left in it that could not be read.
DELETE FROM rejects USING vanished AS v WHERE rejects.entity = $entity AND rejects.system = v.system AND rejects.id = v.id
