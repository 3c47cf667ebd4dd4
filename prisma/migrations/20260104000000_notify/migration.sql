-- Whoever follows the ledger is woken when a batch is committed, and not before.
CREATE FUNCTION "tell_of_batch"() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  PERFORM pg_notify('ledger', '');
  RETURN NULL;
END $$;

CREATE TRIGGER "ledger_tells" AFTER UPDATE ON "ledger"
  FOR EACH STATEMENT EXECUTE FUNCTION "tell_of_batch"();
