CREATE TABLE "samples" (
  "id" TEXT NOT NULL,
  "owner" TEXT NOT NULL,
  "idempotency_key" TEXT NOT NULL,
  "name" TEXT NOT NULL,
  "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
  CONSTRAINT "samples_pkey" PRIMARY KEY ("id")
);

CREATE UNIQUE INDEX "samples_owner_idempotency_key_key" ON "samples" ("owner", "idempotency_key");

CREATE INDEX "samples_owner_id_idx" ON "samples" ("owner", "id");
