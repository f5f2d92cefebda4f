-- Since companies (or people) became the customers, the pairs of the other kind only say who belongs to which customer.
UPDATE links SET role = 'alias' WHERE entity = 'customer' AND role = 'primary' AND hubspot_object <> $object
