-- CreateEnum
CREATE TYPE "loan_state" AS ENUM ('SUBMITTED', 'APPROVED', 'REJECTED', 'WITHDRAWN', 'ACTIVE', 'OVERPAID', 'CLOSED_OBLIGATIONS_MET', 'CLOSED_WRITTEN_OFF');

-- CreateEnum
CREATE TYPE "loan_action" AS ENUM ('apply', 'approve', 'reject', 'withdraw', 'disburse', 'repay', 'writeOff', 'refundOverpayment');

-- CreateEnum
CREATE TYPE "interest_method" AS ENUM ('DECLINING_BALANCE', 'FLAT');

-- CreateEnum
CREATE TYPE "amortization" AS ENUM ('EQUAL_INSTALMENTS', 'EQUAL_PRINCIPAL');

-- CreateTable
CREATE TABLE "loans" (
    "id" UUID NOT NULL,
    "customer_id" TEXT NOT NULL,
    "account_id" BIGINT NOT NULL,
    "currency" CHAR(3) NOT NULL,
    "principal" BIGINT NOT NULL,
    "annual_rate" INTEGER NOT NULL,
    "instalments" SMALLINT NOT NULL,
    "interest" "interest_method" NOT NULL,
    "amortization" "amortization" NOT NULL,
    "purpose" TEXT,
    "state" "loan_state" NOT NULL,
    "submitted_at" TIMESTAMPTZ(3) NOT NULL,
    "disbursed_on" DATE,

    CONSTRAINT "loans_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "loan_changes" (
    "loan_id" UUID NOT NULL,
    "number" INTEGER NOT NULL,
    "action" "loan_action" NOT NULL,
    "state" "loan_state" NOT NULL,
    "actor" TEXT NOT NULL,
    "at" TIMESTAMPTZ(3) NOT NULL,
    "amount" BIGINT,
    "interest" BIGINT,
    "principal" BIGINT,
    "overpayment" BIGINT,
    "transfer_id" BIGINT,
    "note" TEXT,

    CONSTRAINT "loan_changes_pkey" PRIMARY KEY ("loan_id","number")
);

-- CreateIndex
CREATE INDEX "loans_customer_id_submitted_at_id_idx" ON "loans"("customer_id", "submitted_at" DESC, "id" DESC);

-- CreateIndex
CREATE INDEX "loans_state_submitted_at_id_idx" ON "loans"("state", "submitted_at", "id");

-- AddForeignKey
ALTER TABLE "loan_changes" ADD CONSTRAINT "loan_changes_loan_id_fkey" FOREIGN KEY ("loan_id") REFERENCES "loans"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- What must not be, the database itself refuses: the same life of a loan as in the service, said once more.

ALTER TABLE "loans"
  ADD CONSTRAINT "loans_terms_are_in_range" CHECK (
    "principal" BETWEEN 1 AND 1000000000000000 AND "annual_rate" BETWEEN 0 AND 1000000 AND "instalments" BETWEEN 1 AND 480
  ),
  ADD CONSTRAINT "loans_disbursed_have_a_day" CHECK (
    ("disbursed_on" IS NULL) = ("state" IN ('SUBMITTED', 'APPROVED', 'REJECTED', 'WITHDRAWN'))
  );

ALTER TABLE "loan_changes"
  ADD CONSTRAINT "loan_changes_repayments_add_up" CHECK (
    CASE "action"
      WHEN 'repay' THEN "amount" > 0 AND "interest" >= 0 AND "principal" >= 0 AND "overpayment" >= 0
        AND "interest" + "principal" + "overpayment" = "amount"
      ELSE num_nonnulls("interest", "principal", "overpayment") = 0
    END
  ),
  ADD CONSTRAINT "loan_changes_money_names_its_transfer" CHECK (("amount" IS NULL) = ("transfer_id" IS NULL));

CREATE TRIGGER "loan_changes_are_immutable" BEFORE UPDATE OR DELETE OR TRUNCATE ON "loan_changes"
  FOR EACH STATEMENT EXECUTE FUNCTION "refuse_change"();
CREATE TRIGGER "loans_are_kept" BEFORE DELETE OR TRUNCATE ON "loans"
  FOR EACH STATEMENT EXECUTE FUNCTION "refuse_change"();

-- Each change follows from the one before it.
CREATE FUNCTION "check_new_loan_changes"() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF EXISTS (
    SELECT FROM "new_rows" n
    LEFT JOIN "loan_changes" b ON b."loan_id" = n."loan_id" AND b."number" = n."number" - 1
    WHERE (n."number" = 1) <> (b."loan_id" IS NULL)
       OR (COALESCE(b."state"::text, ''), n."action"::text, n."state"::text) NOT IN (
            ('', 'apply', 'SUBMITTED'),
            ('SUBMITTED', 'approve', 'APPROVED'),
            ('SUBMITTED', 'reject', 'REJECTED'),
            ('SUBMITTED', 'withdraw', 'WITHDRAWN'),
            ('APPROVED', 'disburse', 'ACTIVE'),
            ('ACTIVE', 'repay', 'ACTIVE'),
            ('ACTIVE', 'repay', 'CLOSED_OBLIGATIONS_MET'),
            ('ACTIVE', 'repay', 'OVERPAID'),
            ('ACTIVE', 'writeOff', 'CLOSED_WRITTEN_OFF'),
            ('OVERPAID', 'refundOverpayment', 'CLOSED_OBLIGATIONS_MET')
          )
  ) THEN
    RAISE EXCEPTION 'a loan does not change that way' USING ERRCODE = 'check_violation';
  END IF;
  RETURN NULL;
END $$;

CREATE TRIGGER "loan_changes_follow" AFTER INSERT ON "loan_changes"
  REFERENCING NEW TABLE AS "new_rows"
  FOR EACH STATEMENT EXECUTE FUNCTION "check_new_loan_changes"();

-- Terms never change; the state is the last change's; what was lent is what was repaid and written off, once a loan is closed.
CREATE FUNCTION "check_changed_loans"() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF EXISTS (
    SELECT FROM "new_rows" n JOIN "old_rows" o ON o."id" = n."id"
    WHERE (n."customer_id", n."account_id", n."currency", n."principal", n."annual_rate", n."instalments")
          IS DISTINCT FROM (o."customer_id", o."account_id", o."currency", o."principal", o."annual_rate", o."instalments")
       OR (n."interest", n."amortization", n."purpose", n."submitted_at")
          IS DISTINCT FROM (o."interest", o."amortization", o."purpose", o."submitted_at")
       OR n."disbursed_on" IS DISTINCT FROM COALESCE(o."disbursed_on", n."disbursed_on")
       OR n."state" IS DISTINCT FROM (
            SELECT c."state" FROM "loan_changes" c WHERE c."loan_id" = n."id" ORDER BY c."number" DESC LIMIT 1
          )
  ) OR (SELECT count(*) FROM "new_rows" n JOIN "old_rows" o ON o."id" = n."id") <> (SELECT count(*) FROM "new_rows") THEN
    RAISE EXCEPTION 'the terms of a loan never change, and its state is its last change''s' USING ERRCODE = 'check_violation';
  END IF;
  IF EXISTS (
    SELECT FROM "new_rows" n
    WHERE n."state" IN ('OVERPAID', 'CLOSED_OBLIGATIONS_MET', 'CLOSED_WRITTEN_OFF') AND n."principal" <> (
      SELECT sum(CASE c."action" WHEN 'repay' THEN c."principal" WHEN 'writeOff' THEN c."amount" ELSE 0 END)
      FROM "loan_changes" c WHERE c."loan_id" = n."id"
    )
  ) THEN
    RAISE EXCEPTION 'a closed loan was not repaid and written off to the last unit' USING ERRCODE = 'check_violation';
  END IF;
  RETURN NULL;
END $$;

CREATE TRIGGER "loans_change_as_told" AFTER UPDATE ON "loans"
  REFERENCING OLD TABLE AS "old_rows" NEW TABLE AS "new_rows"
  FOR EACH STATEMENT EXECUTE FUNCTION "check_changed_loans"();
