-- CreateEnum
CREATE TYPE "schedule_frequency" AS ENUM ('ONCE', 'DAILY', 'WEEKLY', 'MONTHLY');

-- CreateTable
CREATE TABLE "schedules" (
    "id" UUID NOT NULL,
    "customer_id" TEXT NOT NULL,
    "from_account_id" BIGINT NOT NULL,
    "to_account_id" BIGINT NOT NULL,
    "amount" BIGINT NOT NULL,
    "currency" CHAR(3) NOT NULL,
    "reference" TEXT,
    "frequency" "schedule_frequency" NOT NULL,
    "first_on" DATE NOT NULL,
    "until" DATE,
    "next_on" DATE,
    "cancelled" BOOLEAN NOT NULL DEFAULT false,
    "created_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "schedules_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "schedule_runs" (
    "schedule_id" UUID NOT NULL,
    "due_on" DATE NOT NULL,
    "transfer_id" BIGINT,
    "refusal" TEXT,
    "message" TEXT,
    "at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "schedule_runs_pkey" PRIMARY KEY ("schedule_id","due_on")
);

-- CreateIndex
CREATE INDEX "schedules_customer_id_created_at_id_idx" ON "schedules"("customer_id", "created_at" DESC, "id" DESC);

-- AddForeignKey
ALTER TABLE "schedule_runs" ADD CONSTRAINT "schedule_runs_schedule_id_fkey" FOREIGN KEY ("schedule_id") REFERENCES "schedules"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

ALTER TABLE "schedules" ADD CONSTRAINT "schedules_are_sound" CHECK (
  "amount" > 0 AND "from_account_id" <> "to_account_id" AND "until" >= "first_on" AND "next_on" >= "first_on" AND "next_on" <= "until"
  AND NOT ("cancelled" AND "next_on" IS NOT NULL)
);
ALTER TABLE "schedule_runs" ADD CONSTRAINT "schedule_runs_have_one_outcome" CHECK (num_nonnulls("transfer_id", "refusal") = 1);

-- What is due is found by its day; what never comes again is not looked at.
CREATE INDEX "schedules_next_on_idx" ON "schedules" ("next_on", "id") WHERE "next_on" IS NOT NULL;

CREATE TRIGGER "schedule_runs_are_immutable" BEFORE UPDATE OR DELETE OR TRUNCATE ON "schedule_runs"
  FOR EACH STATEMENT EXECUTE FUNCTION "refuse_change"();
