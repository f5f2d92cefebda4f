-- The custom fields of the map by name: `paths` are JSON paths, or `CustomField.<number or name>` for QuickBooks' own three.
CREATE OR REPLACE TEMP MACRO custom_of(payload, names, paths) AS
  CASE WHEN len(names) > 0 THEN to_json(map_from_entries(list_zip(names, list_transform(paths, lambda path:
    CASE WHEN starts_with(path, 'CustomField.')
         THEN list_filter(from_json(json_extract(payload, '$.CustomField'), '[{"DefinitionId":"VARCHAR","Name":"VARCHAR","StringValue":"VARCHAR"}]'),
                          lambda each: each.DefinitionId = path[13:] OR lower(each.Name) = lower(path[13:]))[1].StringValue
         ELSE json_extract_string(payload, path) END)))) END;
