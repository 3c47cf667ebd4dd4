-- CreateTable
CREATE TABLE "exchange_rates" (
    "currency" CHAR(3) NOT NULL,
    "per_euro" DECIMAL(20,10) NOT NULL,
    "updated_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "exchange_rates_pkey" PRIMARY KEY ("currency")
);

-- CreateTable
CREATE TABLE "quotes" (
    "id" UUID NOT NULL,
    "customer_id" TEXT NOT NULL,
    "sell_currency" CHAR(3) NOT NULL,
    "buy_currency" CHAR(3) NOT NULL,
    "sell_amount" BIGINT NOT NULL,
    "spread" BIGINT NOT NULL,
    "buy_amount" BIGINT NOT NULL,
    "rate" DECIMAL(24,12) NOT NULL,
    "expires_at" TIMESTAMPTZ(3) NOT NULL,
    "used_by" BIGINT,

    CONSTRAINT "quotes_pkey" PRIMARY KEY ("id")
);

ALTER TABLE "exchange_rates" ADD CONSTRAINT "exchange_rates_are_positive" CHECK ("per_euro" > 0);
ALTER TABLE "quotes" ADD CONSTRAINT "quotes_are_sound" CHECK (
  "sell_amount" > 0 AND "buy_amount" > 0 AND "spread" >= 0 AND "spread" < "sell_amount" AND "sell_currency" <> "buy_currency"
);
-- A quote is good for one exchange.
CREATE UNIQUE INDEX "quotes_used_by_key" ON "quotes" ("used_by") WHERE "used_by" IS NOT NULL;
