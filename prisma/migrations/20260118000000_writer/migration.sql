-- The lease of the one instance that writes. No guard protects it: a wrong row costs time, and never money.
CREATE TABLE "ledger_writer" (
    "id" SMALLINT NOT NULL DEFAULT 1,
    "token" BIGINT NOT NULL DEFAULT 0,
    "beat" BIGINT NOT NULL DEFAULT 0,
    "instance" INTEGER,
    "address" TEXT,
    "key" TEXT,

    CONSTRAINT "ledger_writer_pkey" PRIMARY KEY ("id")
);

ALTER TABLE "ledger_writer"
  ADD CONSTRAINT "ledger_writer_is_one_row" CHECK ("id" = 1),
  -- It is renewed several times a second: room on the page keeps those updates off the index.
  SET (fillfactor = 10);

INSERT INTO "ledger_writer" ("id") VALUES (1);
