-- Records that vanished, or that no longer stand for this entity, leave the typed tables; `mirror.gone` keeps the trace.
CREATE OR REPLACE TEMP TABLE vanished AS
SELECT w.system, w.object, w.id FROM work AS w
LEFT JOIN mirror AS m ON m.system = w.system AND m.object = w.object AND m.id = w.id
WHERE m.id IS NULL OR m.gone IS NOT NULL
