-- Rows looked at now come back if they are valid still. Deleting and inserting is five times as fast as replacing.
DELETE FROM products USING work AS w WHERE products.system = w.system AND products.id = w.id AND products.object = w.object
