-- AlterTable
ALTER TABLE "ledger" ADD COLUMN "previous_sequence" BIGINT NOT NULL DEFAULT 0;

-- AlterTable
ALTER TABLE "batches" ADD COLUMN "version" SMALLINT NOT NULL DEFAULT 1;

-- AlterTable
ALTER TABLE "operations" ADD COLUMN "input_version" SMALLINT NOT NULL DEFAULT 1;

-- CreateTable
CREATE TABLE "ledger_restores" (
    "from_sequence" BIGINT NOT NULL,
    "to_sequence" BIGINT NOT NULL,
    "from_account" BIGINT NOT NULL,
    "to_account" BIGINT NOT NULL,
    "at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "ledger_restores_pkey" PRIMARY KEY ("from_sequence","to_sequence")
);

-- Guards on effects: counters, entries, events, transfers and head only change together, and as the events say. Those that run
-- AFTER a statement see all that it wrote, in whatever tables. Two rows of one statement have the same xmin and cmin: that is how
-- a guard knows that another table was written with its own. Instances of the version before this one pass them.

-- A hold ends once, and its end is found by it.
CREATE UNIQUE INDEX "outbox_endings_key" ON "outbox" ("transfer_id") WHERE "kind" IN ('HOLD_CAPTURED', 'HOLD_VOIDED', 'HOLD_EXPIRED');

ALTER TABLE "ledger_restores" ADD CONSTRAINT "ledger_restores_leap" CHECK (
  "to_sequence" > "from_sequence" AND "to_account" >= "from_account"
);
CREATE TRIGGER "ledger_restores_are_immutable" BEFORE UPDATE OR DELETE OR TRUNCATE ON "ledger_restores"
  FOR EACH STATEMENT EXECUTE FUNCTION "refuse_change"();

UPDATE "ledger" SET "previous_sequence" = "last_sequence";

-- What the last batches added is (previous_sequence, last_sequence].
CREATE FUNCTION "note_previous_sequence"() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  NEW."previous_sequence" := OLD."last_sequence";
  RETURN NEW;
END $$;

CREATE TRIGGER "ledger_notes_previous" BEFORE UPDATE ON "ledger"
  FOR EACH ROW EXECUTE FUNCTION "note_previous_sequence"();

-- The head moves with its batches, operations, events and accounts, none left out; or leaps, where a restore is recorded.
CREATE FUNCTION "check_head"() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF (NEW."last_operation", NEW."last_batch", NEW."last_at", NEW."last_hash")
     = (OLD."last_operation", OLD."last_batch", OLD."last_at", OLD."last_hash") THEN
    IF EXISTS (
      SELECT FROM "ledger_restores" WHERE "from_sequence" = OLD."last_sequence" AND "to_sequence" = NEW."last_sequence"
        AND "from_account" = OLD."last_account" AND "to_account" = NEW."last_account"
    ) THEN
      RETURN NULL;
    END IF;
    RAISE EXCEPTION 'the head moves with a batch only' USING ERRCODE = 'check_violation';
  END IF;
  IF (
    SELECT count(*) IS DISTINCT FROM NEW."last_batch" - OLD."last_batch" OR NOT COALESCE(bool_and(b."follows"), FALSE)
      OR NOT COALESCE(bool_or(b."is_last"), FALSE)
    FROM (
      SELECT "first_operation" = lag("last_operation", 1, OLD."last_operation") OVER in_order + 1
          AND "last_operation" >= "first_operation"
          AND "at" >= lag("at", 1, OLD."last_at") OVER in_order
          AND "first_sequence" <= lead("first_sequence", 1, NEW."last_sequence" + 1) OVER in_order
          AND ("number" > OLD."last_batch" + 1 OR "first_sequence" = OLD."last_sequence" + 1) AS "follows",
        ("number", "last_operation", "at", "hash")
          = (NEW."last_batch", NEW."last_operation", NEW."last_at", NEW."last_hash") AS "is_last"
      FROM "batches" WHERE "number" > OLD."last_batch" AND "number" <= NEW."last_batch"
      WINDOW in_order AS (ORDER BY "number")
    ) b
  ) THEN
    RAISE EXCEPTION 'the head is not where its batches end' USING ERRCODE = 'check_violation';
  END IF;
  IF (SELECT count(*) FROM "operations" WHERE "number" > OLD."last_operation" AND "number" <= NEW."last_operation")
       <> NEW."last_operation" - OLD."last_operation"
     OR (SELECT count(*) FROM "outbox" WHERE "sequence" > OLD."last_sequence" AND "sequence" <= NEW."last_sequence")
       <> NEW."last_sequence" - OLD."last_sequence"
     OR (SELECT count(*) FROM "accounts" WHERE "id" > OLD."last_account" AND "id" <= NEW."last_account")
       <> NEW."last_account" - OLD."last_account" THEN
    RAISE EXCEPTION 'operations, events and accounts are numbered without gaps' USING ERRCODE = 'check_violation';
  END IF;
  RETURN NULL;
END $$;

CREATE TRIGGER "ledger_moves_with_batches" AFTER UPDATE ON "ledger"
  FOR EACH ROW EXECUTE FUNCTION "check_head"();

-- Numbers up to the head's are taken, so that nothing is added but with the head.
CREATE FUNCTION "check_new_operations"() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF (SELECT max("number") FROM "new_rows") > (SELECT "last_operation" FROM "ledger")
     OR (SELECT min("number") FROM "new_rows") < 1 THEN
    RAISE EXCEPTION 'an operation is added with the head only' USING ERRCODE = 'check_violation';
  END IF;
  RETURN NULL;
END $$;

CREATE TRIGGER "operations_follow_head" AFTER INSERT ON "operations"
  REFERENCING NEW TABLE AS "new_rows"
  FOR EACH STATEMENT EXECUTE FUNCTION "check_new_operations"();

CREATE FUNCTION "check_new_batches"() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF (SELECT max("number") FROM "new_rows") > (SELECT "last_batch" FROM "ledger")
     OR (SELECT min("number") FROM "new_rows") < 1 THEN
    RAISE EXCEPTION 'a batch is added with the head only' USING ERRCODE = 'check_violation';
  END IF;
  RETURN NULL;
END $$;

CREATE TRIGGER "batches_follow_head" AFTER INSERT ON "batches"
  REFERENCING NEW TABLE AS "new_rows"
  FOR EACH STATEMENT EXECUTE FUNCTION "check_new_batches"();

-- Every event is of a transfer as it tells of it, between two accounts of its currency that were written with it; what posts has entries.
CREATE FUNCTION "check_new_events"() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  wrong BIGINT;
BEGIN
  SELECT e."sequence" INTO wrong
  FROM "ledger" l CROSS JOIN "new_rows" e
  LEFT JOIN "transfers" t ON t."id" = e."transfer_id"
  LEFT JOIN "accounts" d ON d."id" = e."debit_account_id"
  LEFT JOIN "accounts" c ON c."id" = e."credit_account_id"
  LEFT JOIN "entries" x ON x."account_id" = e."debit_account_id" AND x."sequence" = e."sequence"
  WHERE NOT COALESCE(
    e."sequence" > l."previous_sequence" AND e."sequence" <= l."last_sequence" AND e."at" <= l."last_at"
    AND d."xmin" = l."xmin" AND d."cmin" = l."cmin" AND c."xmin" = l."xmin" AND c."cmin" = l."cmin"
    AND t."debit_account_id" = e."debit_account_id" AND t."credit_account_id" = e."credit_account_id"
    AND t."currency" = d."currency" AND t."currency" = c."currency"
    AND (e."kind" IN ('TRANSFER_POSTED', 'HOLD_CAPTURED')) = (x."sequence" IS NOT NULL)
    AND CASE e."kind"
      WHEN 'TRANSFER_POSTED' THEN t."id" = e."sequence" AND t."status" = 'POSTED' AND t."amount" = e."amount"
        AND t."posted_amount" = e."amount" AND t."created_at" = e."at" AND t."resolved_at" = e."at"
      WHEN 'HOLD_PLACED' THEN t."id" = e."sequence" AND t."amount" = e."amount" AND t."created_at" = e."at"
        AND t."expires_at" IS NOT NULL
      WHEN 'HOLD_CAPTURED' THEN t."id" < e."sequence" AND t."status" = 'POSTED' AND t."posted_amount" = e."amount"
        AND t."resolved_at" = e."at" AND t."expires_at" IS NOT NULL
      WHEN 'HOLD_VOIDED' THEN t."id" < e."sequence" AND t."status" = 'VOIDED' AND t."amount" = e."amount" AND t."resolved_at" = e."at"
      WHEN 'HOLD_EXPIRED' THEN t."id" < e."sequence" AND t."status" = 'EXPIRED' AND t."amount" = e."amount" AND t."resolved_at" = e."at"
    END, FALSE)
  LIMIT 1;
  IF wrong IS NOT NULL THEN
    RAISE EXCEPTION 'event % does not agree with its transfer, its accounts or its entries', wrong USING ERRCODE = 'check_violation';
  END IF;
  RETURN NULL;
END $$;

CREATE TRIGGER "outbox_agrees" AFTER INSERT ON "outbox"
  REFERENCING NEW TABLE AS "new_rows"
  FOR EACH STATEMENT EXECUTE FUNCTION "check_new_events"();

-- A transfer is told of by the event that has its number. A hold may be written as it ended.
CREATE FUNCTION "check_new_transfers"() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF EXISTS (
    SELECT FROM "new_rows" t LEFT JOIN "outbox" o ON o."sequence" = t."id"
    WHERE NOT COALESCE(o."transfer_id" = t."id" AND (o."kind" = 'TRANSFER_POSTED' OR (
      o."kind" = 'HOLD_PLACED' AND (t."status" = 'PENDING' OR EXISTS (
        SELECT FROM "outbox" e WHERE e."transfer_id" = t."id" AND e."kind" IN ('HOLD_CAPTURED', 'HOLD_VOIDED', 'HOLD_EXPIRED')
      ))
    )), FALSE)
  ) THEN
    RAISE EXCEPTION 'no event tells of a transfer' USING ERRCODE = 'check_violation';
  END IF;
  RETURN NULL;
END $$;

CREATE TRIGGER "transfers_are_told" AFTER INSERT ON "transfers"
  REFERENCING NEW TABLE AS "new_rows"
  FOR EACH STATEMENT EXECUTE FUNCTION "check_new_transfers"();

-- A hold that ended is told of by the end of its transaction: an event of that end agrees with it, or could not be written.
CREATE FUNCTION "check_ended_hold"() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NOT EXISTS (
    SELECT FROM "outbox" e WHERE e."transfer_id" = NEW."id" AND e."kind" IN ('HOLD_CAPTURED', 'HOLD_VOIDED', 'HOLD_EXPIRED')
  ) THEN
    RAISE EXCEPTION 'no event tells how hold % ended', NEW."id" USING ERRCODE = 'check_violation';
  END IF;
  RETURN NULL;
END $$;

CREATE CONSTRAINT TRIGGER "transfers_end_as_told" AFTER UPDATE ON "transfers"
  DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION "check_ended_hold"();

-- The two entries of an event are its two sides; within an account each balance follows from the one before and ends at what the
-- account says. That the first new one follows the account's last is a consequence: counters change by the events, and by nothing else.
CREATE OR REPLACE FUNCTION "check_new_entries"() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF EXISTS (
    SELECT FROM (
      SELECT "sequence", count(*) AS "sides", sum("amount") AS "sum", max("amount") AS "amount",
        min("account_id") FILTER (WHERE "amount" < 0) AS "debit", min("account_id") FILTER (WHERE "amount" > 0) AS "credit",
        min("transfer_id") AS "transfer", max("transfer_id") AS "other_transfer",
        min("posted_at") AS "at", max("posted_at") AS "other_at"
      FROM "new_rows" GROUP BY "sequence"
    ) e
    LEFT JOIN "outbox" o ON o."sequence" = e."sequence"
    WHERE NOT COALESCE(
      e."sides" = 2 AND e."sum" = 0 AND o."kind" IN ('TRANSFER_POSTED', 'HOLD_CAPTURED') AND e."amount" = o."amount"
      AND e."debit" = o."debit_account_id" AND e."credit" = o."credit_account_id"
      AND e."transfer" = o."transfer_id" AND e."other_transfer" = o."transfer_id"
      AND e."at" = o."at" AND e."other_at" = o."at", FALSE)
  ) THEN
    RAISE EXCEPTION 'the entries of a transfer do not balance, or are not those of its event' USING ERRCODE = 'check_violation';
  END IF;
  IF EXISTS (
    SELECT FROM (
      SELECT "account_id", "amount", "balance_after",
             lag("balance_after") OVER of_account AS "before",
             lead("sequence") OVER of_account IS NULL AS "is_last"
      FROM "new_rows"
      WINDOW of_account AS (PARTITION BY "account_id" ORDER BY "sequence")
    ) e
    LEFT JOIN "accounts" a ON a."id" = e."account_id" AND e."is_last"
    WHERE e."before" + e."amount" <> e."balance_after"
       OR (e."is_last" AND a."credits_posted" - a."debits_posted" IS DISTINCT FROM e."balance_after")
  ) THEN
    RAISE EXCEPTION 'the balances after the entries do not follow from each other' USING ERRCODE = 'check_violation';
  END IF;
  RETURN NULL;
END $$;

-- Counters change by what the events of the same statement say, account by account; so debits equal credits in every currency.
CREATE OR REPLACE FUNCTION "check_changed_accounts"() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  first_new BIGINT := 1;
  last_new BIGINT := 0;
BEGIN
  SELECT l."previous_sequence" + 1, l."last_sequence" INTO first_new, last_new
  FROM "ledger" l, "accounts" a
  WHERE a."id" = (SELECT "id" FROM "new_rows" LIMIT 1) AND a."xmin" = l."xmin" AND a."cmin" = l."cmin";
  IF EXISTS (
    SELECT FROM (
      SELECT "id", "debits_posted", "credits_posted", "debits_pending", "credits_pending" FROM "new_rows"
      UNION ALL
      SELECT "id", -"debits_posted", -"credits_posted", -"debits_pending", -"credits_pending" FROM "old_rows"
      UNION ALL
      SELECT side."account", -side."debit" * o."posted", -side."credit" * o."posted", -side."debit" * o."held", -side."credit" * o."held"
      FROM (
        SELECT "debit_account_id", "credit_account_id",
          CASE WHEN "kind" IN ('TRANSFER_POSTED', 'HOLD_CAPTURED') THEN "amount" ELSE 0 END AS "posted",
          CASE "kind"
            WHEN 'TRANSFER_POSTED' THEN 0
            WHEN 'HOLD_PLACED' THEN "amount"
            WHEN 'HOLD_CAPTURED' THEN -(SELECT t."amount" FROM "transfers" t WHERE t."id" = "transfer_id")
            ELSE -"amount"
          END AS "held"
        FROM "outbox" WHERE "sequence" BETWEEN first_new AND last_new
      ) o
      CROSS JOIN LATERAL (VALUES (o."debit_account_id", 1, 0), (o."credit_account_id", 0, 1)) AS side ("account", "debit", "credit")
    ) changes
    GROUP BY "id"
    HAVING sum("debits_posted") <> 0 OR sum("credits_posted") <> 0 OR sum("debits_pending") <> 0 OR sum("credits_pending") <> 0
  ) THEN
    RAISE EXCEPTION 'the counters of an account changed otherwise than by its events' USING ERRCODE = 'check_violation';
  END IF;
  RETURN NULL;
END $$;
