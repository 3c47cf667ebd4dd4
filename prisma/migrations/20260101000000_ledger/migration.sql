-- CreateSchema
CREATE SCHEMA IF NOT EXISTS "public";

-- CreateEnum
CREATE TYPE "account_kind" AS ENUM ('CURRENT', 'SAVINGS', 'INTERNAL');

-- CreateEnum
CREATE TYPE "account_status" AS ENUM ('OPEN', 'FROZEN', 'CLOSED');

-- CreateEnum
CREATE TYPE "transfer_kind" AS ENUM ('TRANSFER', 'HOLD', 'REVERSAL', 'EXCHANGE', 'SPREAD', 'SCHEDULED', 'LOAN');

-- CreateEnum
CREATE TYPE "transfer_status" AS ENUM ('PENDING', 'POSTED', 'VOIDED', 'EXPIRED');

-- CreateEnum
CREATE TYPE "event_kind" AS ENUM ('TRANSFER_POSTED', 'HOLD_PLACED', 'HOLD_CAPTURED', 'HOLD_VOIDED', 'HOLD_EXPIRED');

-- CreateTable
CREATE TABLE "customers" (
    "id" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "email" TEXT NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "customers_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "branches" (
    "id" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "city_id" TEXT NOT NULL,

    CONSTRAINT "branches_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "merchants" (
    "id" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "category" TEXT NOT NULL,
    "city_id" TEXT NOT NULL,

    CONSTRAINT "merchants_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "accounts" (
    "id" BIGINT NOT NULL,
    "number" TEXT NOT NULL,
    "customer_id" TEXT,
    "branch_id" TEXT,
    "product_id" TEXT,
    "kind" "account_kind" NOT NULL,
    "status" "account_status" NOT NULL DEFAULT 'OPEN',
    "currency" CHAR(3) NOT NULL,
    "name" TEXT NOT NULL,
    "floor" BIGINT,
    "daily_limit" BIGINT,
    "spent" BIGINT NOT NULL DEFAULT 0,
    "spent_on" DATE,
    "debits_pending" BIGINT NOT NULL DEFAULT 0,
    "debits_posted" BIGINT NOT NULL DEFAULT 0,
    "credits_pending" BIGINT NOT NULL DEFAULT 0,
    "credits_posted" BIGINT NOT NULL DEFAULT 0,
    "opened_at" TIMESTAMPTZ(3) NOT NULL,
    "closed_at" TIMESTAMPTZ(3),

    CONSTRAINT "accounts_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "ledger" (
    "id" SMALLINT NOT NULL DEFAULT 1,
    "last_sequence" BIGINT NOT NULL DEFAULT 0,
    "last_operation" BIGINT NOT NULL DEFAULT 0,
    "last_batch" BIGINT NOT NULL DEFAULT 0,
    "last_account" BIGINT NOT NULL,
    "last_at" TIMESTAMPTZ(3) NOT NULL,
    "last_hash" BYTEA NOT NULL,

    CONSTRAINT "ledger_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "batches" (
    "number" BIGINT NOT NULL,
    "first_sequence" BIGINT NOT NULL,
    "first_operation" BIGINT NOT NULL,
    "last_operation" BIGINT NOT NULL,
    "at" TIMESTAMPTZ(3) NOT NULL,
    "hash" BYTEA NOT NULL,

    CONSTRAINT "batches_pkey" PRIMARY KEY ("number")
);

-- CreateTable
CREATE TABLE "operations" (
    "number" BIGINT NOT NULL,
    "actor" TEXT NOT NULL,
    "key" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "input_hash" BYTEA NOT NULL,
    "refusal" TEXT,
    "message" TEXT,
    "subject" TEXT,
    "details" JSON,
    "request_id" TEXT,
    "at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "operations_pkey" PRIMARY KEY ("number")
);

-- CreateTable
CREATE TABLE "transfers" (
    "id" BIGINT NOT NULL,
    "kind" "transfer_kind" NOT NULL,
    "status" "transfer_status" NOT NULL,
    "debit_account_id" BIGINT NOT NULL,
    "credit_account_id" BIGINT NOT NULL,
    "amount" BIGINT NOT NULL,
    "posted_amount" BIGINT,
    "currency" CHAR(3) NOT NULL,
    "reference" TEXT,
    "merchant_id" TEXT,
    "reversal_of" BIGINT,
    "group_id" BIGINT,
    "expires_at" TIMESTAMPTZ(3),
    "created_at" TIMESTAMPTZ(3) NOT NULL,
    "resolved_at" TIMESTAMPTZ(3),

    CONSTRAINT "transfers_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "entries" (
    "account_id" BIGINT NOT NULL,
    "sequence" BIGINT NOT NULL,
    "transfer_id" BIGINT NOT NULL,
    "amount" BIGINT NOT NULL,
    "balance_after" BIGINT NOT NULL,
    "posted_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "entries_pkey" PRIMARY KEY ("account_id","sequence")
);

-- CreateTable
CREATE TABLE "outbox" (
    "sequence" BIGINT NOT NULL,
    "kind" "event_kind" NOT NULL,
    "transfer_id" BIGINT NOT NULL,
    "debit_account_id" BIGINT NOT NULL,
    "credit_account_id" BIGINT NOT NULL,
    "amount" BIGINT NOT NULL,
    "at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "outbox_pkey" PRIMARY KEY ("sequence")
);

-- CreateIndex
CREATE INDEX "merchants_category_id_idx" ON "merchants"("category", "id");

-- CreateIndex
CREATE UNIQUE INDEX "accounts_number_key" ON "accounts"("number");

-- CreateIndex
CREATE INDEX "accounts_customer_id_id_idx" ON "accounts"("customer_id", "id");

-- CreateIndex
CREATE INDEX "batches_at_number_idx" ON "batches"("at", "number");

-- CreateIndex
CREATE UNIQUE INDEX "operations_actor_key_key" ON "operations"("actor", "key");

-- AddForeignKey
ALTER TABLE "accounts" ADD CONSTRAINT "accounts_customer_id_fkey" FOREIGN KEY ("customer_id") REFERENCES "customers"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "accounts" ADD CONSTRAINT "accounts_branch_id_fkey" FOREIGN KEY ("branch_id") REFERENCES "branches"("id") ON DELETE RESTRICT ON UPDATE CASCADE;
