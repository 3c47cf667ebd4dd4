-- A restore is recorded with the leap of the head that it stands for, over numbers that nothing has.
CREATE FUNCTION "check_new_restores"() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF EXISTS (
    SELECT FROM "new_rows" r, "ledger" l
    WHERE r."from_sequence" <> l."previous_sequence" OR r."to_sequence" <> l."last_sequence" OR r."to_account" <> l."last_account"
       OR EXISTS (SELECT FROM "outbox" o WHERE o."sequence" > r."from_sequence" AND o."sequence" <= r."to_sequence")
       OR EXISTS (SELECT FROM "accounts" a WHERE a."id" > r."from_account" AND a."id" <= r."to_account")
  ) THEN
    RAISE EXCEPTION 'a restore is recorded with its leap only' USING ERRCODE = 'check_violation';
  END IF;
  RETURN NULL;
END $$;

CREATE TRIGGER "ledger_restores_leap_with_head" AFTER INSERT ON "ledger_restores"
  REFERENCING NEW TABLE AS "new_rows"
  FOR EACH STATEMENT EXECUTE FUNCTION "check_new_restores"();
