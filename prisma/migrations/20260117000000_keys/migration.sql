-- Keys of operations, by digest. An index over all keys is written at a random place with every operation, so each grows PostgreSQL's
-- work with the ledger. Here only the newest keys have such an index. Older ones are in segments: buckets of digests, written once, in
-- order, by `compact_keys`. Two segments of one size become one of twice that, so few are looked at.

-- CreateTable
CREATE TABLE "operation_keys" (
    "digest" UUID NOT NULL,
    "number" BIGINT NOT NULL,

    CONSTRAINT "operation_keys_pkey" PRIMARY KEY ("digest")
);

-- CreateTable
CREATE TABLE "key_segments" (
    "id" BIGINT NOT NULL,
    "level" SMALLINT NOT NULL,
    "last_number" BIGINT NOT NULL,
    "into_id" BIGINT,
    "moved" BIGINT NOT NULL DEFAULT 0,

    CONSTRAINT "key_segments_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "key_buckets" (
    "segment_id" BIGINT NOT NULL,
    "bucket" BIGINT NOT NULL,
    "entries" BYTEA NOT NULL,

    CONSTRAINT "key_buckets_pkey" PRIMARY KEY ("segment_id","bucket")
);

-- 64 entries of 24 bytes on average: never compressed, never out of line.
ALTER TABLE "key_buckets" ALTER COLUMN "entries" SET STORAGE PLAIN;

-- What a key is known by: half a SHA-256 of its actor and itself.
CREATE FUNCTION "key_digest"("actor" TEXT, "key" TEXT) RETURNS UUID LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN encode(substr(sha256(convert_to("actor" || E'\n' || "key", 'UTF8')), 1, 16), 'hex')::uuid;

-- The first 32 bits of a digest, by which it is put in a bucket.
CREATE FUNCTION "key_prefix"("digest" BYTEA) RETURNS BIGINT LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN get_byte("digest", 0) * 16777216::bigint + get_byte("digest", 1) * 65536 + get_byte("digest", 2) * 256 + get_byte("digest", 3);

-- A segment of level 0 has 2^17 keys, and one of level n 2^(17 + n), some 64 in a bucket.
CREATE FUNCTION "key_bits"() RETURNS INTEGER LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN 17;

-- By how many bits a prefix is shifted to give its bucket, in a segment of a level.
CREATE FUNCTION "key_shift"("level" SMALLINT) RETURNS INTEGER LANGUAGE sql STABLE PARALLEL SAFE AS $$
  SELECT 38 - "key_bits"() - "level"
$$;

-- The digests that belong to an operation, with its number. An entry is a digest and a number of eight bytes.
CREATE FUNCTION "used_keys"("digests" UUID[]) RETURNS TABLE ("digest" UUID, "number" BIGINT) LANGUAGE sql STABLE AS $$
  SELECT k."digest", k."number" FROM unnest("digests") AS d ("digest") JOIN "operation_keys" k ON k."digest" = d."digest"
  UNION ALL
  SELECT d."digest", ('x' || encode(substr(b."entries", p."at" + 16, 8), 'hex'))::bit(64)::bigint
  FROM (SELECT u."digest", uuid_send(u."digest") AS "bytes" FROM unnest("digests") AS u ("digest")) d
  CROSS JOIN "key_segments" s
  JOIN "key_buckets" b ON b."segment_id" = s."id" AND b."bucket" = "key_prefix"(d."bytes") >> "key_shift"(s."level")
  CROSS JOIN LATERAL position(d."bytes" IN b."entries") AS p ("at")
  WHERE p."at" > 0
$$;

-- One step of the upkeep of keys, some 131,072 of them; true where there is more to do. Every key is in one place at every instant.
CREATE FUNCTION "compact_keys"() RETURNS BOOLEAN LANGUAGE plpgsql AS $$
DECLARE
  sealed BIGINT;
  target "key_segments";
  pair BIGINT[];
  next_level SMALLINT;
  upto BIGINT;
BEGIN
  IF NOT pg_try_advisory_xact_lock(4242002) THEN
    RETURN FALSE;
  END IF;
  SELECT s.* INTO target FROM "key_segments" s WHERE s."id" = (SELECT min("into_id") FROM "key_segments");
  IF FOUND THEN
    -- As many keys as level 0 has.
    upto := target."moved" + (1::bigint << (32 - target."level"));
    WITH gone AS (
      DELETE FROM "key_buckets" b USING "key_segments" s
      WHERE s."into_id" = target."id" AND b."segment_id" = s."id"
        AND b."bucket" >= target."moved" >> "key_shift"(s."level") AND b."bucket" < upto >> "key_shift"(s."level")
      RETURNING b."entries"
    )
    INSERT INTO "key_buckets" ("segment_id", "bucket", "entries")
    SELECT target."id", "key_prefix"(e."entry") >> "key_shift"(target."level"), string_agg(e."entry", ''::bytea)
    FROM (
      SELECT substr(g."entries", i, 24) AS "entry" FROM gone g, generate_series(1, length(g."entries"), 24) AS i
    ) e GROUP BY 2 ORDER BY 2;
    UPDATE "key_segments" SET "moved" = upto WHERE "id" = target."id";
    IF upto >= 1::bigint << 32 THEN
      DELETE FROM "key_segments" WHERE "into_id" = target."id";
    END IF;
    RETURN TRUE;
  END IF;
  SELECT array_agg(s."id"), min(s."level") + 1, max(s."last_number") INTO pair, next_level, upto FROM (
    SELECT * FROM "key_segments" WHERE "level" = (
      SELECT "level" FROM "key_segments" GROUP BY "level" HAVING count(*) > 1 ORDER BY "level" LIMIT 1
    ) ORDER BY "id" LIMIT 2
  ) s;
  IF pair IS NOT NULL THEN
    INSERT INTO "key_segments" ("id", "level", "last_number")
    SELECT max("id") + 1, next_level, upto FROM "key_segments" RETURNING * INTO target;
    UPDATE "key_segments" SET "into_id" = target."id" WHERE "id" = ANY(pair);
    RETURN TRUE;
  END IF;
  SELECT COALESCE(max("last_number"), 0) INTO sealed FROM "key_segments";
  upto := sealed + (1 << "key_bits"());
  IF (SELECT "last_operation" FROM "ledger") < upto THEN
    RETURN FALSE;
  END IF;
  INSERT INTO "key_segments" ("id", "level", "last_number")
  SELECT COALESCE(max("id"), 0) + 1, 0, upto FROM "key_segments" RETURNING * INTO target;
  WITH gone AS (
    DELETE FROM "operation_keys" WHERE "number" <= upto RETURNING "digest", "number"
  )
  INSERT INTO "key_buckets" ("segment_id", "bucket", "entries")
  SELECT target."id", "key_prefix"(uuid_send(g."digest")) >> "key_shift"(0::smallint),
    string_agg(uuid_send(g."digest") || int8send(g."number"), ''::bytea)
  FROM gone g GROUP BY 2 ORDER BY 2;
  RETURN TRUE;
END $$;

-- Writes the keys of all operations anew: those that are missing after a restore.
CREATE FUNCTION "rebuild_keys"("upto" BIGINT) RETURNS VOID LANGUAGE plpgsql AS $$
DECLARE
  sealed BIGINT := 0;
  target BIGINT := 0;
BEGIN
  WHILE sealed + (1 << "key_bits"()) <= "upto" LOOP
    target := target + 1;
    INSERT INTO "key_buckets" ("segment_id", "bucket", "entries")
    SELECT target, "key_prefix"(uuid_send(o."digest")) >> "key_shift"(0::smallint),
      string_agg(uuid_send(o."digest") || int8send(o."number"), ''::bytea)
    FROM (
      SELECT "key_digest"("actor", "key") AS "digest", "number" FROM "operations"
      WHERE "number" > sealed AND "number" <= sealed + (1 << "key_bits"())
    ) o GROUP BY 2 ORDER BY 2;
    sealed := sealed + (1 << "key_bits"());
    INSERT INTO "key_segments" ("id", "level", "last_number") VALUES (target, 0, sealed);
  END LOOP;
  INSERT INTO "operation_keys" ("digest", "number")
  SELECT "key_digest"("actor", "key"), "number" FROM "operations" WHERE "number" > sealed AND "number" <= "upto";
END $$;

-- Every operation brings its key, whichever version of the service writes it. Operations are added one batch at a time, under the
-- lock of the head, so what is looked up here stays true.
CREATE OR REPLACE FUNCTION "check_new_operations"() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  digests UUID[];
BEGIN
  IF (SELECT max("number") FROM "new_rows") > (SELECT "last_operation" FROM "ledger")
     OR (SELECT min("number") FROM "new_rows") < 1 THEN
    RAISE EXCEPTION 'an operation is added with the head only' USING ERRCODE = 'check_violation';
  END IF;
  SELECT array_agg("key_digest"("actor", "key")) INTO digests FROM "new_rows";
  IF EXISTS (SELECT FROM "used_keys"(digests)) THEN
    RAISE EXCEPTION 'a key is used once' USING ERRCODE = 'unique_violation';
  END IF;
  INSERT INTO "operation_keys" ("digest", "number") SELECT "key_digest"("actor", "key"), "number" FROM "new_rows";
  RETURN NULL;
END $$;
