/**
 * Anchors: signed heads of the ledger that are kept elsewhere. Who can rewrite the whole chain
 * cannot rewrite the anchors that others hold.
 */
import { createPrivateKey, createPublicKey, generateKeyPairSync, sign, verify } from 'node:crypto'
import { z } from 'zod'
import type { PrismaClient } from '../../../prisma/generated/client.ts'

const digits = z.string().regex(/^\d{1,18}$/)

/** The last batch of a ledger as it stood. */
const anchorShape = z.strictObject({
  batch: digits,
  /** The last operation. */
  operation: digits,
  /** ISO 8601. */
  at: z.iso.datetime(),
  /** Hexadecimal. */
  hash: z.string().regex(/^[0-9a-f]{64}$/),
})
export type Anchor = z.output<typeof anchorShape>

const signedShape = anchorShape.extend({ signature: z.base64url() })
type SignedAnchor = z.output<typeof signedShape>

/** A new Ed25519 private key, PEM. */
export const makeAnchorKey = async (): Promise<string> =>
  generateKeyPairSync('ed25519').privateKey.export({ type: 'pkcs8', format: 'pem' }).toString()

/** The ledger's head now. */
export async function readAnchor(database: PrismaClient): Promise<Anchor> {
  const [head] = await database.$queryRaw<
    { batch: string; operation: string; at: Date; hash: string }[]
  >`/* audit:anchor */
    SELECT last_batch::text AS batch, last_operation::text AS operation, last_at AS at, encode(last_hash, 'hex') AS hash
    FROM ledger WHERE id = 1`
  if (!head) throw new Error('The ledger has no head: the database is not migrated.')
  return { ...head, at: head.at.toISOString() }
}

/** @param key a private key, PEM */
export const signAnchor = (anchor: Anchor, key: string): SignedAnchor => ({
  ...anchor,
  signature: sign(null, textOf(anchor), createPrivateKey(key)).toString('base64url'),
})

/**
 * The anchor in a JSON text of `signAnchor`; undefined if it was not signed with this key.
 * @param key PEM, the private key or its public one
 */
export function openAnchor(text: string, key: string): Anchor | undefined {
  const signed = signedShape.safeParse(parseJson(text)).data
  if (!signed) return undefined
  const { signature, ...anchor } = signed
  const isGenuine = verify(null, textOf(anchor), createPublicKey(key), Buffer.from(signature, 'base64url'))
  return isGenuine ? anchor : undefined
}

/** The signed text. It names its purpose, so that no other signature by the key can replace it. */
const textOf = ({ batch, operation, at, hash }: Anchor): Buffer =>
  Buffer.from(['tributary ledger anchor', batch, operation, at, hash].join('\n'))

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
