-- Records looked at now are refused anew or not at all.
DELETE FROM rejects USING work AS w WHERE rejects.entity = $entity AND rejects.system = w.system AND rejects.id = w.id
