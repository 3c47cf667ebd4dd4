-- The long tables become partitioned while the bank works. In three migrations, so that none holds a lock for long: here a bound is
-- set that new rows keep to; the next one checks the old rows; the third makes each table the first partition of one of its name.
-- The bound leaves room for what is written meanwhile: a million rows, and a quarter of what there is.

-- How many numbers one partition has.
CREATE FUNCTION "partition_size"() RETURNS BIGINT LANGUAGE sql STABLE PARALLEL SAFE AS $$ SELECT 1000000::bigint $$;

-- Where a partition may end that has the numbers up to this one, with room for more; null: nobody writes.
CREATE FUNCTION "bound_after"("number" BIGINT, "more" BIGINT) RETURNS BIGINT LANGUAGE sql STABLE AS $$
  SELECT (("number" + COALESCE("more" + "partition_size"(), 0)) / "partition_size"() + 1) * "partition_size"()
$$;

DO $$
DECLARE
  head "ledger";
  bound_of_events BIGINT;
  bound_of_operations BIGINT;
BEGIN
  FOR attempt IN 1..200 LOOP
    BEGIN
      SET LOCAL lock_timeout = '300ms';
      LOCK TABLE "transfers", "outbox", "entries", "operations" IN ACCESS EXCLUSIVE MODE;
      EXIT;
    EXCEPTION WHEN lock_not_available THEN
      IF attempt = 200 THEN
        RAISE;
      END IF;
      PERFORM pg_sleep(0.2);
    END;
  END LOOP;
  SELECT * INTO head FROM "ledger" WHERE "id" = 1;
  bound_of_events := "bound_after"(head."last_sequence", CASE WHEN head."last_batch" > 0 THEN head."last_operation" / 4 END);
  bound_of_operations := "bound_after"(head."last_operation", CASE WHEN head."last_batch" > 0 THEN head."last_operation" / 4 END);
  EXECUTE format('ALTER TABLE "transfers" ADD CONSTRAINT "is_before_bound" CHECK ("id" < %s) NOT VALID', bound_of_events);
  EXECUTE format('ALTER TABLE "outbox" ADD CONSTRAINT "is_before_bound" CHECK ("sequence" < %s) NOT VALID', bound_of_events);
  EXECUTE format('ALTER TABLE "entries" ADD CONSTRAINT "is_before_bound" CHECK ("sequence" < %s) NOT VALID', bound_of_events);
  EXECUTE format('ALTER TABLE "operations" ADD CONSTRAINT "is_before_bound" CHECK ("number" < %s) NOT VALID', bound_of_operations);
END $$;

DROP FUNCTION "bound_after";
