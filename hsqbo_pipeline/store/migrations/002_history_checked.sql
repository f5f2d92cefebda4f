-- Whether HubSpot's history was asked what a change of ours overwrote (H30). A run that died before it asked leaves that to the next.
ALTER TABLE journal ADD COLUMN history_checked BOOLEAN;
UPDATE journal SET history_checked = true;
