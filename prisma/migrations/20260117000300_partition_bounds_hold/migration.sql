-- Reads every row, and blocks neither readers nor writers.
ALTER TABLE "transfers" VALIDATE CONSTRAINT "is_before_bound";
ALTER TABLE "outbox" VALIDATE CONSTRAINT "is_before_bound";
ALTER TABLE "entries" VALIDATE CONSTRAINT "is_before_bound";
ALTER TABLE "operations" VALIDATE CONSTRAINT "is_before_bound";
