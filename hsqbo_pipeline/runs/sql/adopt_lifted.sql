DELETE FROM tombstones USING lifted AS l WHERE tombstones.entity = l.entity AND tombstones.system = l.system AND tombstones.id = l.id
