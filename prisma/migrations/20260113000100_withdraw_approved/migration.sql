-- Until the money is paid out, the borrower may withdraw: also from a loan that was approved.
CREATE OR REPLACE FUNCTION "check_new_loan_changes"() RETURNS trigger LANGUAGE plpgsql AS $$
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
            ('APPROVED', 'withdraw', 'WITHDRAWN'),
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
