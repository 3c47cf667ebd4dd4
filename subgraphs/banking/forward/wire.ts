/**
 * The messages between an instance and the writer: requests as data, already authenticated and
 * validated, and their outcomes.
 */
import { createHmac, hash } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import { GraphQLError } from 'graphql'
import { codedError, isErrorCode } from '../../../platform/protocol/errors.ts'
import type { Settled } from '../ledger/ledger.ts'
import type { LedgerParts } from '../ledger/part.ts'
import type { LedgerRequest } from '../ledger/request.ts'

export const FORWARD_PATH = '/ledger/requests'
/** Most bytes of a message. */
export const MOST_BYTES = 4 * 1024 * 1024
/** Most weight of a message, in transfers; a heavier request is sent alone. */
export const MOST_WEIGHT = 250

const FORMAT = 1

/** The files that declare commands and their fields: types, of which nothing else is left. */
export function declarations(): readonly string[] {
  const banking = new URL('..', import.meta.url)
  const files = readdirSync(banking, { recursive: true, encoding: 'utf8' }).filter((path) => DECLARES.test(path))
  return files.sort().map((path) => readFileSync(new URL(path, banking), 'utf8'))
}
const DECLARES = /(^ledger\/request|\/commands)\.ts$/

/**
 * Differs between versions that may not understand each other: of this format, or with other
 * commands or fields of commands. During a roll-out each then writes for itself.
 */
export const dialectOf = ({ rules }: Pick<LedgerParts, 'rules'>, declared = declarations()): string =>
  hash('sha256', JSON.stringify([FORMAT, Object.keys(rules).sort(), declared]), 'base64url')

/**
 * The secret that signs messages to the holder of a lease. The gateway's secret alone is not
 * enough, since a message names its caller: only who can read the ledger's database has the key.
 */
export const signingSecret = (secret: string, leaseKey: string): string =>
  createHmac('sha256', secret).update(`ledger writer\n${leaseKey}`).digest('base64url')

interface Message {
  readonly dialect: string
  readonly requests: readonly LedgerRequest[]
}

export const encode = (value: Message | readonly WireOutcome[]): string => JSON.stringify(value, tagged)

export const decodeMessage = (text: string): Message => JSON.parse(text, untagged) as Message

export const decodeOutcomes = (text: string): WireOutcome[] => JSON.parse(text, untagged) as WireOutcome[]

/** JSON has no 64-bit integers. */
const TAG = '#'

const tagged = (_name: string, value: unknown): unknown => (typeof value === 'bigint' ? { [TAG]: `${value}` } : value)

function untagged(_name: string, value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value
  const digits = (value as { readonly [TAG]?: unknown })[TAG]
  return typeof digits === 'string' ? BigInt(digits) : value
}

/** How a request was settled, as data; null is a fault, which the writer has logged. */
export type WireOutcome =
  | Extract<Settled, { answer: unknown }>
  | { readonly refused: Pick<GraphQLError, 'message' | 'extensions'> | null }

export const toWire = (error: unknown): WireOutcome => ({
  refused: error instanceof GraphQLError ? { message: error.message, extensions: error.extensions } : null,
})

export function fromWire(outcome: WireOutcome): Settled {
  if ('answer' in outcome) return outcome
  const code = outcome.refused?.extensions['code']
  if (!outcome.refused || !isErrorCode(code))
    return { error: new Error('The writer of the ledger failed; its log says how.') }
  return { error: codedError(code, outcome.refused.message, outcome.refused.extensions) }
}
