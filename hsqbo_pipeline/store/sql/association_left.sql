DELETE FROM associations USING association_followed AS left_behind
WHERE associations.from_object = left_behind.from_object AND associations.from_id = left_behind.from_id
  AND associations.to_object = left_behind.to_object AND associations.to_id = left_behind.to_id
