-- CreateTable
CREATE TABLE "end_to_end_ids" (
    "transfer_id" BIGINT NOT NULL,
    "value" TEXT NOT NULL,

    CONSTRAINT "end_to_end_ids_pkey" PRIMARY KEY ("transfer_id")
);

ALTER TABLE "end_to_end_ids" ADD CONSTRAINT "end_to_end_ids_have_1_to_35_characters" CHECK (char_length("value") BETWEEN 1 AND 35);
CREATE TRIGGER "end_to_end_ids_are_immutable" BEFORE UPDATE OR DELETE OR TRUNCATE ON "end_to_end_ids"
  FOR EACH STATEMENT EXECUTE FUNCTION "refuse_change"();
