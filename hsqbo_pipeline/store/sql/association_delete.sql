DELETE FROM associations USING association_changes AS news
WHERE news.known
  AND ((associations.from_object = $from_object AND associations.from_id = news.from_id
        AND associations.to_object = news.to_object AND associations.to_id = news.to_id)
    OR (associations.to_object = $from_object AND associations.to_id = news.from_id
        AND associations.from_object = news.to_object AND associations.from_id = news.to_id))
