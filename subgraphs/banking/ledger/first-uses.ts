/**
 * Loads the outcomes of keys that were used before. Keys are looked up by digest, in the statement
 * that reads the head; outcomes never change, so the few that are needed are read afterwards.
 */
import { hash } from 'node:crypto'
import { Prisma } from '../../../prisma/generated/client.ts'
import { plainArray } from '../database/columns.ts'
import type { Query } from '../database/open.ts'
import { memoryKey, type Remembered } from './model.ts'
import { accept, type RefusalCode, refuse } from './refusal.ts'
import { isBank } from './request.ts'

/** Milliseconds for which a retry gets the first outcome. */
export const RETENTION = 90 * 86_400_000

/** The same as `key_digest` in the database: half a SHA-256, hexadecimal. */
export const keyDigest = (actor: string, key: string): string =>
  hash('sha256', memoryKey(actor, key), 'hex').slice(0, 32)

/** A loaded first use of a key. */
interface FirstUse {
  readonly actor: string
  readonly key: string
  readonly inputHash: string
  readonly inputVersion: number
  readonly refusal: RefusalCode | null
  readonly message: string | null
  readonly subject: string | null
  readonly details: string | null
  readonly at: Date
}

/**
 * The first uses, by `memoryKey`. Those of the bank itself never expire: it finds its own accounts
 * by them.
 * @param used digests with the numbers of their operations, as JSON; null: none
 * @param keptSince milliseconds since 1970: outcomes of earlier uses have expired
 */
export async function loadFirstUses(
  query: Query,
  used: string | null,
  keptSince: number,
): Promise<Map<string, Remembered>> {
  if (used === null) return new Map()
  const pairs: readonly (readonly [digest: string, number: string])[] = JSON.parse(used)
  const numbers = plainArray(pairs.map(([, number]) => number))
  const uses = await query<FirstUse>(Prisma.sql`/* ledger:outcomes */
    SELECT actor, key, encode(input_hash, 'hex') AS "inputHash", input_version AS "inputVersion", refusal, message,
      subject, details::text AS details, at
    FROM history.operations WHERE number = ANY(${numbers}::bigint[])`)
  return new Map(
    uses.map((use) => {
      const { actor, key, at } = use
      const isExpired = at.getTime() < keptSince && !isBank({ id: actor })
      return [memoryKey(actor, key), isExpired ? { ...rememberedOf(use), isExpired } : rememberedOf(use)]
    }),
  )
}

function rememberedOf({ inputHash, inputVersion, refusal, message, subject, details }: FirstUse): Remembered {
  const outcome =
    refusal === null
      ? accept(subject as string, details === null ? null : JSON.parse(details))
      : refuse(refusal, message as string)
  return { inputHash, inputVersion, outcome }
}
