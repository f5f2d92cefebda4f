SELECT 1 FROM exported WHERE realm <> $realm OR environment <> $environment LIMIT 1
