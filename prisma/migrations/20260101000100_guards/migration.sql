-- What must not be, the database itself refuses, whoever asks. Guards look at a whole statement at once (transition tables), never row by row.

-- The head of the ledger. The first account number is a sort code of the bank followed by eight digits.
INSERT INTO "ledger" ("id", "last_account", "last_at", "last_hash")
VALUES (1, 99010110000000, '2000-01-01T00:00:00Z', decode(repeat('00', 32), 'hex'));

ALTER TABLE "ledger"
  ADD CONSTRAINT "ledger_is_one_row" CHECK ("id" = 1),
  SET (fillfactor = 10);

ALTER TABLE "accounts"
  ADD CONSTRAINT "accounts_id_has_14_digits" CHECK ("id" BETWEEN 10000000000000 AND 99999999999999),
  ADD CONSTRAINT "accounts_currency_is_iso" CHECK ("currency" ~ '^[A-Z]{3}$'),
  ADD CONSTRAINT "accounts_counters_are_not_negative" CHECK (
    "debits_pending" >= 0 AND "debits_posted" >= 0 AND "credits_pending" >= 0 AND "credits_posted" >= 0 AND "spent" >= 0
  ),
  ADD CONSTRAINT "accounts_available_keeps_floor" CHECK ("credits_posted" - "debits_posted" - "debits_pending" >= "floor"),
  ADD CONSTRAINT "accounts_closed_are_empty" CHECK (
    "status" <> 'CLOSED' OR (
      "credits_posted" = "debits_posted" AND "debits_pending" = 0 AND "credits_pending" = 0 AND "closed_at" IS NOT NULL
    )
  ),
  ADD CONSTRAINT "accounts_limit_is_not_negative" CHECK ("daily_limit" >= 0),
  ADD CONSTRAINT "accounts_of_customers_have_a_floor" CHECK ("customer_id" IS NULL OR "floor" IS NOT NULL),
  -- Counters change with every transfer: room on the page keeps those updates off the indexes.
  SET (fillfactor = 60);

ALTER TABLE "transfers"
  ADD CONSTRAINT "transfers_amount_is_positive" CHECK ("amount" > 0),
  ADD CONSTRAINT "transfers_have_two_accounts" CHECK ("debit_account_id" <> "credit_account_id"),
  ADD CONSTRAINT "transfers_posted_within_held" CHECK ("posted_amount" BETWEEN 1 AND "amount"),
  ADD CONSTRAINT "transfers_status_is_consistent" CHECK (
    CASE "status"
      WHEN 'PENDING' THEN "posted_amount" IS NULL AND "resolved_at" IS NULL AND "expires_at" IS NOT NULL
      WHEN 'POSTED' THEN "posted_amount" IS NOT NULL AND "resolved_at" IS NOT NULL
      ELSE "posted_amount" IS NULL AND "resolved_at" IS NOT NULL
    END
  );

-- One reversal a transfer.
CREATE UNIQUE INDEX "transfers_reversal_of_key" ON "transfers" ("reversal_of") WHERE "reversal_of" IS NOT NULL;
-- Holds by owner and by the time they end; only open ones are looked for.
CREATE INDEX "transfers_pending_debit_idx" ON "transfers" ("debit_account_id", "id") WHERE "status" = 'PENDING';
CREATE INDEX "transfers_pending_expiry_idx" ON "transfers" ("expires_at", "id") WHERE "status" = 'PENDING';
CREATE INDEX "transfers_group_idx" ON "transfers" ("group_id", "id") WHERE "group_id" IS NOT NULL;

-- Events that post are found through the entries of an account; only the others need indexes of their own.
CREATE INDEX "outbox_debit_holds_idx" ON "outbox" ("debit_account_id", "sequence")
  WHERE "kind" IN ('HOLD_PLACED', 'HOLD_VOIDED', 'HOLD_EXPIRED');
CREATE INDEX "outbox_credit_holds_idx" ON "outbox" ("credit_account_id", "sequence")
  WHERE "kind" IN ('HOLD_PLACED', 'HOLD_VOIDED', 'HOLD_EXPIRED');

ALTER TABLE "entries" ADD CONSTRAINT "entries_amount_is_not_zero" CHECK ("amount" <> 0);
ALTER TABLE "operations" ADD CONSTRAINT "operations_key_has_1_to_64_characters" CHECK (char_length("key") BETWEEN 1 AND 64);

CREATE FUNCTION "refuse_change"() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'rows of % are never changed or removed', TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
END $$;

CREATE TRIGGER "entries_are_immutable" BEFORE UPDATE OR DELETE OR TRUNCATE ON "entries"
  FOR EACH STATEMENT EXECUTE FUNCTION "refuse_change"();
CREATE TRIGGER "outbox_is_immutable" BEFORE UPDATE OR DELETE OR TRUNCATE ON "outbox"
  FOR EACH STATEMENT EXECUTE FUNCTION "refuse_change"();
CREATE TRIGGER "operations_are_immutable" BEFORE UPDATE OR DELETE OR TRUNCATE ON "operations"
  FOR EACH STATEMENT EXECUTE FUNCTION "refuse_change"();
CREATE TRIGGER "batches_are_immutable" BEFORE UPDATE OR DELETE OR TRUNCATE ON "batches"
  FOR EACH STATEMENT EXECUTE FUNCTION "refuse_change"();
CREATE TRIGGER "transfers_are_kept" BEFORE DELETE OR TRUNCATE ON "transfers"
  FOR EACH STATEMENT EXECUTE FUNCTION "refuse_change"();
CREATE TRIGGER "accounts_are_kept" BEFORE DELETE OR TRUNCATE ON "accounts"
  FOR EACH STATEMENT EXECUTE FUNCTION "refuse_change"();
CREATE TRIGGER "ledger_is_kept" BEFORE DELETE OR TRUNCATE ON "ledger"
  FOR EACH STATEMENT EXECUTE FUNCTION "refuse_change"();

-- A transfer changes once: from pending to how it ended.
CREATE FUNCTION "check_changed_transfers"() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF EXISTS (
    SELECT FROM "old_rows" o LEFT JOIN "new_rows" n ON n."id" = o."id"
    WHERE n."id" IS NULL
       OR o."status" <> 'PENDING'
       OR n."status" = 'PENDING'
       OR (n."kind", n."debit_account_id", n."credit_account_id", n."amount", n."currency", n."created_at")
          IS DISTINCT FROM (o."kind", o."debit_account_id", o."credit_account_id", o."amount", o."currency", o."created_at")
       OR (n."reference", n."merchant_id", n."reversal_of", n."group_id", n."expires_at")
          IS DISTINCT FROM (o."reference", o."merchant_id", o."reversal_of", o."group_id", o."expires_at")
  ) THEN
    RAISE EXCEPTION 'a transfer changes once, from pending to how it ended' USING ERRCODE = 'restrict_violation';
  END IF;
  RETURN NULL;
END $$;

CREATE TRIGGER "transfers_change_once" AFTER UPDATE ON "transfers"
  REFERENCING OLD TABLE AS "old_rows" NEW TABLE AS "new_rows"
  FOR EACH STATEMENT EXECUTE FUNCTION "check_changed_transfers"();

-- Every transfer's two entries add up to nothing, and within an account each balance follows from the one before
-- and ends at what the account says.
CREATE FUNCTION "check_new_entries"() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF EXISTS (
    SELECT FROM "new_rows" GROUP BY "sequence" HAVING sum("amount") <> 0 OR count(*) <> 2 OR min("transfer_id") <> max("transfer_id")
  ) THEN
    RAISE EXCEPTION 'the entries of a transfer do not balance' USING ERRCODE = 'check_violation';
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

CREATE TRIGGER "entries_balance" AFTER INSERT ON "entries"
  REFERENCING NEW TABLE AS "new_rows"
  FOR EACH STATEMENT EXECUTE FUNCTION "check_new_entries"();

-- Debits equal credits in every currency, posted and pending, after every statement.
CREATE FUNCTION "check_changed_accounts"() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF EXISTS (
    SELECT FROM (
      SELECT "currency", "debits_posted" - "credits_posted" AS "posted", "debits_pending" - "credits_pending" AS "pending" FROM "new_rows"
      UNION ALL
      SELECT "currency", "credits_posted" - "debits_posted", "credits_pending" - "debits_pending" FROM "old_rows"
    ) changes
    GROUP BY "currency" HAVING sum("posted") <> 0 OR sum("pending") <> 0
  ) THEN
    RAISE EXCEPTION 'debits and credits do not balance' USING ERRCODE = 'check_violation';
  END IF;
  RETURN NULL;
END $$;

CREATE TRIGGER "accounts_balance" AFTER UPDATE ON "accounts"
  REFERENCING OLD TABLE AS "old_rows" NEW TABLE AS "new_rows"
  FOR EACH STATEMENT EXECUTE FUNCTION "check_changed_accounts"();

CREATE FUNCTION "check_new_accounts"() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF EXISTS (
    SELECT FROM "new_rows" WHERE ("debits_pending", "debits_posted", "credits_pending", "credits_posted") <> (0, 0, 0, 0)
  ) THEN
    RAISE EXCEPTION 'an account opens empty' USING ERRCODE = 'check_violation';
  END IF;
  RETURN NULL;
END $$;

CREATE TRIGGER "accounts_open_empty" AFTER INSERT ON "accounts"
  REFERENCING NEW TABLE AS "new_rows"
  FOR EACH STATEMENT EXECUTE FUNCTION "check_new_accounts"();
