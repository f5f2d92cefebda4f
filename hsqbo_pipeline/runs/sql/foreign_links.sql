-- Links of another portal, company or environment: nothing of this connection may be trusted with them.
SELECT portal, realm, environment FROM links
WHERE realm <> $realm OR environment <> $environment OR ($portal <> '' AND portal <> $portal)
LIMIT 1
