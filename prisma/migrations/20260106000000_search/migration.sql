-- What entries are searched by, kept with them as it was when they were posted.
CREATE EXTENSION IF NOT EXISTS "pg_trgm";
CREATE EXTENSION IF NOT EXISTS "btree_gin";
CREATE EXTENSION IF NOT EXISTS "unaccent";

ALTER TABLE "entries" ADD COLUMN "merchant_id" TEXT, ADD COLUMN "category" TEXT, ADD COLUMN "search" TEXT;

ALTER TABLE "entries" DISABLE TRIGGER "entries_are_immutable";
UPDATE "entries" e SET
  "merchant_id" = t."merchant_id",
  "category" = m."category",
  "search" = lower(unaccent(NULLIF(concat_ws(' ', t."reference", m."name"), '')))
FROM "transfers" t LEFT JOIN "merchants" m ON m."id" = t."merchant_id"
WHERE t."id" = e."transfer_id" AND (t."reference" IS NOT NULL OR t."merchant_id" IS NOT NULL);
ALTER TABLE "entries" ENABLE TRIGGER "entries_are_immutable";

-- Signed, so that it serves direction and amount alike.
CREATE INDEX "entries_account_id_amount_idx" ON "entries" ("account_id", "amount");
-- Only entries that have them pay for the others.
CREATE INDEX "entries_merchant_idx" ON "entries" ("account_id", "merchant_id", "sequence") WHERE "merchant_id" IS NOT NULL;
CREATE INDEX "entries_category_idx" ON "entries" ("account_id", "category", "sequence") WHERE "category" IS NOT NULL;
CREATE INDEX "entries_search_idx" ON "entries" USING gin ("account_id", "search" gin_trgm_ops) WHERE "search" IS NOT NULL;
