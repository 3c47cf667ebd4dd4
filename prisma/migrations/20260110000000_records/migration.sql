-- What the ledger sends to be written, as one array of records for each table: an array for each column cost more than the rows of
-- a small batch. Types of their own, so that tables may gain columns while an older version still writes.
CREATE TYPE "new_transfer" AS (
  "id" BIGINT,
  "kind" "transfer_kind",
  "status" "transfer_status",
  "debit_account_id" BIGINT,
  "credit_account_id" BIGINT,
  "amount" BIGINT,
  "posted_amount" BIGINT,
  "currency" CHAR(3),
  "reference" TEXT,
  "merchant_id" TEXT,
  "reversal_of" BIGINT,
  "group_id" BIGINT,
  "expires_at" TIMESTAMPTZ(3),
  "created_at" TIMESTAMPTZ(3),
  "resolved_at" TIMESTAMPTZ(3)
);

-- The balances are those of both accounts after it, where it posts; reference and merchant are the transfer's.
CREATE TYPE "new_event" AS (
  "sequence" BIGINT,
  "kind" "event_kind",
  "transfer_id" BIGINT,
  "debit_account_id" BIGINT,
  "credit_account_id" BIGINT,
  "amount" BIGINT,
  "at" TIMESTAMPTZ(3),
  "debit_balance" BIGINT,
  "credit_balance" BIGINT,
  "reference" TEXT,
  "merchant_id" TEXT
);

CREATE TYPE "new_counters" AS (
  "id" BIGINT,
  "spent" BIGINT,
  "spent_on" DATE,
  "debits_pending" BIGINT,
  "debits_posted" BIGINT,
  "credits_pending" BIGINT,
  "credits_posted" BIGINT
);

-- Hashes are hexadecimal.
CREATE TYPE "new_operation" AS (
  "number" BIGINT,
  "actor" TEXT,
  "key" TEXT,
  "name" TEXT,
  "input_hash" TEXT,
  "refusal" TEXT,
  "message" TEXT,
  "subject" TEXT,
  "details" JSON,
  "request_id" TEXT,
  "at" TIMESTAMPTZ(3)
);

CREATE TYPE "new_batch" AS (
  "number" BIGINT,
  "first_sequence" BIGINT,
  "first_operation" BIGINT,
  "last_operation" BIGINT,
  "at" TIMESTAMPTZ(3),
  "hash" TEXT
);
