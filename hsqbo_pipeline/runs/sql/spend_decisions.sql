-- Decisions that have done what they were taken for. One with a last day stands until then.
DELETE FROM decisions USING spent
WHERE decisions.entity = spent.entity AND decisions.system = spent.system AND decisions.id = spent.id AND decisions.verb = spent.verb
  AND (decisions.verb = 'winner' OR decisions.until IS NULL)
