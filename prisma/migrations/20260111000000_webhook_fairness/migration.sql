-- An endpoint that fails is asked less often, whichever instance met the failure.
ALTER TABLE "webhook_endpoints"
  ADD COLUMN "failures" INTEGER NOT NULL DEFAULT 0,
  ADD COLUMN "paused_until" TIMESTAMPTZ(3);

-- What is due, by endpoint: one endpoint's backlog is not read to find another's deliveries.
CREATE INDEX "webhook_deliveries_waiting_idx" ON "webhook_deliveries" ("endpoint_id", "next_attempt_at", "sequence")
  WHERE "status" = 'PENDING';
DROP INDEX "webhook_deliveries_due_idx";
