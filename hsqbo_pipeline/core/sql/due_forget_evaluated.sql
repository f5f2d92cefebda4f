-- Should the record come back, it is news.
DELETE FROM evaluated USING vanished AS v WHERE evaluated.entity = $entity AND evaluated.system = v.system AND evaluated.id = v.id
