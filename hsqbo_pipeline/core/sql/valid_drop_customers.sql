-- Rows looked at now come back if they are valid still. Deleting and inserting is five times as fast as replacing.
DELETE FROM customers USING work AS w WHERE customers.system = w.system AND customers.id = w.id AND customers.object = w.object
