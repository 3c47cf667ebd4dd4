-- Old partitions can be moved to an archive, out of the way of what is written. The views of the schema `history` show both as one.
CREATE SCHEMA "archive";
CREATE SCHEMA "history";

DO $$
DECLARE
  whole RECORD;
  definition TEXT;
BEGIN
  FOR whole IN SELECT * FROM (VALUES ('transfers', 'id'), ('outbox', 'sequence'), ('entries', 'sequence'), ('operations', 'number'))
    AS w ("name", "by") LOOP
    EXECUTE format('CREATE TABLE "archive".%I (LIKE %I INCLUDING DEFAULTS INCLUDING CONSTRAINTS) PARTITION BY RANGE (%I)',
      whole."name", whole."name", whole."by");
    -- The indexes that every partition has, so that none is built when one is attached.
    FOR definition IN
      SELECT pg_get_indexdef(i.indexrelid) FROM pg_index i WHERE i.indrelid = whole."name"::regclass AND i.indisvalid
    LOOP
      EXECUTE regexp_replace(definition, ' ON (ONLY )?\S+ USING ', format(' ON "archive".%I USING ', whole."name"));
    END LOOP;
    EXECUTE format('CREATE TRIGGER "is_never_written" BEFORE INSERT OR UPDATE OR DELETE OR TRUNCATE ON "archive".%I
      FOR EACH STATEMENT EXECUTE FUNCTION "refuse_change"()', whole."name");
    EXECUTE format('CREATE VIEW "history".%I AS SELECT * FROM %I UNION ALL SELECT * FROM "archive".%I',
      whole."name", whole."name", whole."name");
  END LOOP;
END $$;

-- Moves a partition, whose constraint `is_archived` has been checked: so nothing is read while the whole table is locked.
CREATE FUNCTION "archive_partition"("whole" TEXT, "first" BIGINT) RETURNS VOID LANGUAGE plpgsql AS $$
DECLARE
  part TEXT := format('%I.%I', 'partitions', "whole" || '_' || "first");
  upto BIGINT;
BEGIN
  EXECUTE format('LOCK TABLE %I IN ACCESS EXCLUSIVE MODE', "whole");
  SELECT p."upper" INTO STRICT upto FROM "ledger_partitions" p
  WHERE p."parent" = "whole" AND p."lower" = "first" AND p."archived_at" IS NULL;
  IF upto > (SELECT CASE "whole" WHEN 'operations' THEN l."last_operation" ELSE l."last_sequence" END + 1 FROM "ledger" l) THEN
    RAISE EXCEPTION 'numbers of % are still to come', part USING ERRCODE = 'object_in_use';
  END IF;
  IF "whole" = 'transfers' AND EXISTS (
    SELECT FROM "transfers" WHERE "id" >= "first" AND "id" < upto AND "status" = 'PENDING'
  ) THEN
    RAISE EXCEPTION 'a hold of % is open', part USING ERRCODE = 'object_in_use';
  END IF;
  IF "whole" = 'outbox' AND (SELECT w."last_sequence" < upto - 1 FROM "webhook_cursor" w) THEN
    RAISE EXCEPTION 'events of % are not yet handed over to webhooks', part USING ERRCODE = 'object_in_use';
  END IF;
  EXECUTE format('ALTER TABLE %I DETACH PARTITION %s', "whole", part);
  EXECUTE format('ALTER TABLE "archive".%I ATTACH PARTITION %s FOR VALUES FROM (%s) TO (%s)',
    "whole", part, CASE "first" WHEN 0 THEN 'MINVALUE' ELSE "first"::text END, upto);
  EXECUTE format('ALTER TABLE %s DROP CONSTRAINT "is_archived"', part);
  UPDATE "ledger_partitions" p SET "archived_at" = clock_timestamp() WHERE p."parent" = "whole" AND p."lower" = "first";
END $$;

-- As before, but for reversals: the other one may be in the archive.
CREATE OR REPLACE FUNCTION "check_new_transfers"() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  first_new BIGINT;
  last_new BIGINT;
BEGIN
  SELECT min("id"), max("id") INTO first_new, last_new FROM "new_rows";
  IF EXISTS (
    SELECT FROM "new_rows" t LEFT JOIN "outbox" o ON o."sequence" = t."id" AND o."sequence" BETWEEN first_new AND last_new
    WHERE NOT COALESCE(o."transfer_id" = t."id" AND (o."kind" = 'TRANSFER_POSTED' OR (
      o."kind" = 'HOLD_PLACED' AND (t."status" = 'PENDING' OR EXISTS (
        SELECT FROM "outbox" e WHERE e."transfer_id" = t."id" AND e."sequence" > first_new
          AND e."kind" IN ('HOLD_CAPTURED', 'HOLD_VOIDED', 'HOLD_EXPIRED')
      ))
    )), FALSE)
  ) THEN
    RAISE EXCEPTION 'no event tells of a transfer' USING ERRCODE = 'check_violation';
  END IF;
  IF EXISTS (SELECT FROM "new_rows" WHERE "reversal_of" IS NOT NULL) AND EXISTS (
    SELECT FROM "new_rows" t JOIN "history"."transfers" r ON r."reversal_of" = t."reversal_of" AND r."id" <> t."id"
    WHERE t."reversal_of" IS NOT NULL
  ) THEN
    RAISE EXCEPTION 'a transfer is reversed once' USING ERRCODE = 'unique_violation';
  END IF;
  RETURN NULL;
END $$;
