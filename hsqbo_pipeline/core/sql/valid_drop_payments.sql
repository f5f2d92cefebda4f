-- Rows looked at now come back if they are valid still. Deleting and inserting is five times as fast as replacing.
DELETE FROM payments USING work AS w WHERE payments.system = w.system AND payments.id = w.id AND payments.object = w.object
