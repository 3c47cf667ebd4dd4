-- Operations from before the migration before this one: since then every operation brings its key. Blocks nobody.
SELECT "rebuild_keys"(COALESCE((SELECT min("number") - 1 FROM "operation_keys"), (SELECT max("number") FROM "operations"), 0));
