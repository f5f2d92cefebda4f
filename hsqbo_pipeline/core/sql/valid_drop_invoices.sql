-- Rows looked at now come back if they are valid still. Deleting and inserting is five times as fast as replacing.
DELETE FROM invoices USING work AS w WHERE invoices.system = w.system AND invoices.id = w.id AND invoices.object = w.object
