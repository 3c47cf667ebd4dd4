-- What a rate's changes are measured against, and a change that waits for a second officer.
ALTER TABLE "exchange_rates"
  ADD COLUMN "base_per_euro" DECIMAL(20,10),
  ADD COLUMN "base_at" TIMESTAMPTZ(3),
  ADD COLUMN "proposed_per_euro" DECIMAL(20,10),
  ADD COLUMN "proposed_by" TEXT,
  ADD COLUMN "proposed_at" TIMESTAMPTZ(3);

ALTER TABLE "exchange_rates"
  ADD CONSTRAINT "exchange_rates_base_is_whole" CHECK (
    num_nonnulls("base_per_euro", "base_at") IN (0, 2) AND "base_per_euro" > 0
  ),
  ADD CONSTRAINT "exchange_rates_proposal_is_whole" CHECK (
    num_nonnulls("proposed_per_euro", "proposed_by", "proposed_at") IN (0, 3) AND "proposed_per_euro" > 0
  );

-- Quotes that nobody used are removed some time after they expired.
CREATE INDEX "quotes_unused_idx" ON "quotes" ("expires_at") WHERE "used_by" IS NULL;

-- The bank gives away no more of a currency than it has. What was given before stays as far below zero as it is.
UPDATE "accounts" SET "floor" = LEAST(0, "credits_posted" - "debits_posted" - "debits_pending")
WHERE "kind" = 'INTERNAL' AND "customer_id" IS NULL AND "floor" IS NULL AND "name" ~ '^Liquidity [A-Z]{3}$';
