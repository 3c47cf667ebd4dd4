-- CreateEnum
CREATE TYPE "delivery_status" AS ENUM ('PENDING', 'DELIVERED', 'DEAD');

-- CreateTable
CREATE TABLE "webhook_endpoints" (
    "id" UUID NOT NULL,
    "customer_id" TEXT NOT NULL,
    "url" TEXT NOT NULL,
    "after_sequence" BIGINT NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "removed_at" TIMESTAMPTZ(3),

    CONSTRAINT "webhook_endpoints_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "webhook_deliveries" (
    "endpoint_id" UUID NOT NULL,
    "sequence" BIGINT NOT NULL,
    "status" "delivery_status" NOT NULL DEFAULT 'PENDING',
    "attempts" INTEGER NOT NULL DEFAULT 0,
    "next_attempt_at" TIMESTAMPTZ(3),
    "last_attempt_at" TIMESTAMPTZ(3),
    "last_status" INTEGER,
    "last_error" TEXT,

    CONSTRAINT "webhook_deliveries_pkey" PRIMARY KEY ("endpoint_id","sequence")
);

-- CreateTable
CREATE TABLE "webhook_cursor" (
    "id" SMALLINT NOT NULL DEFAULT 1,
    "last_sequence" BIGINT NOT NULL DEFAULT 0,

    CONSTRAINT "webhook_cursor_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE INDEX "webhook_endpoints_customer_id_created_at_id_idx" ON "webhook_endpoints"("customer_id", "created_at", "id");

-- CreateIndex
CREATE INDEX "webhook_deliveries_endpoint_id_status_sequence_idx" ON "webhook_deliveries"("endpoint_id", "status", "sequence");

-- AddForeignKey
ALTER TABLE "webhook_deliveries" ADD CONSTRAINT "webhook_deliveries_endpoint_id_fkey" FOREIGN KEY ("endpoint_id") REFERENCES "webhook_endpoints"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

INSERT INTO "webhook_cursor" ("id", "last_sequence") VALUES (1, 0);

ALTER TABLE "webhook_cursor" ADD CONSTRAINT "webhook_cursor_is_one_row" CHECK ("id" = 1);
ALTER TABLE "webhook_deliveries"
  ADD CONSTRAINT "webhook_deliveries_pending_have_a_time" CHECK (("status" = 'PENDING') = ("next_attempt_at" IS NOT NULL));

-- What is due; everything delivered stays out of it.
CREATE INDEX "webhook_deliveries_due_idx" ON "webhook_deliveries" ("next_attempt_at", "endpoint_id", "sequence")
  WHERE "status" = 'PENDING';
