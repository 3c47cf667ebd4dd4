import { readFile } from 'node:fs/promises'
import { expect, test } from '@jest/globals'
import { GraphQLError } from 'graphql'
import { codedError } from '../../../../platform/protocol/errors.ts'
import {
  declarations,
  decodeMessage,
  decodeOutcomes,
  dialectOf,
  encode,
  fromWire,
  toWire,
} from '../../../../subgraphs/banking/forward/wire.ts'
import type { LedgerParts } from '../../../../subgraphs/banking/ledger/part.ts'
import {
  type Command,
  INPUT_VERSION,
  inputHashOf,
  ledgerRequest,
} from '../../../../subgraphs/banking/ledger/request.ts'
import { ledgerParts } from '../../../../subgraphs/banking/ledger-parts.ts'
import fc from '../../../support/fast-check.ts'
import { bank } from '../support/bank.ts'

/** Any command: fields are texts, numbers, 64-bit integers, and lists and objects of these. */
const value = fc.letrec<{ value: unknown }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 3 },
    fc.string({ unit: 'binary' }),
    fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }),
    fc.integer(),
    fc.boolean(),
    fc.constant(null),
    fc.array(tie('value'), { maxLength: 4 }),
    fc.dictionary(fc.stringMatching(/^[a-z][A-Za-z]{0,8}$/), tie('value'), { maxKeys: 4, noNullPrototype: true }),
  ),
})).value

test('A forwarded request arrives unchanged, and its hash still matches its command', () => {
  fc.assert(
    fc.property(
      value,
      fc.string({ unit: 'binary' }),
      fc.option(fc.constant('2026-07-01T00:00:00.000Z')),
      (field, key, due) => {
        const command = { name: 'cancelSchedule', scheduleId: null, field } as Command
        const request = ledgerRequest({
          actor: bank,
          key,
          requestId: null,
          command,
          ...(due !== null && { foundDueAt: due }),
        })
        const [arrived] = decodeMessage(encode({ dialect: 'x', requests: [request] })).requests
        expect(arrived).toEqual(request)
        expect(arrived && inputHashOf(arrived.command, INPUT_VERSION)).toBe(request.inputHash)
      },
    ),
  )
})

test('A forwarded answer arrives unchanged, a refusal with its code, a fault without its message', () => {
  const accepted = {
    answer: { outcome: { accepted: true, subject: '1', details: { fee: 5n } }, replayed: true },
  } as const
  const refusal = codedError('SERVICE_UNAVAILABLE', 'Later.', { service: 'banking', retryAfter: 30 })
  const [one, other, fault] = decodeOutcomes(encode([accepted, toWire(refusal), toWire(new Error('secret'))])).map(
    fromWire,
  )
  expect(one).toEqual(accepted)
  expect(other).toMatchObject({ error: { message: 'Later.', extensions: refusal.extensions } })
  expect((other as { error: unknown }).error).toBeInstanceOf(GraphQLError)
  expect((fault as { error: Error }).error.message).not.toContain('secret')
})

test("Versions with different commands reject each other's messages", () => {
  const { transfer, ...fewer } = ledgerParts.rules
  expect(dialectOf(ledgerParts)).toBe(dialectOf({ rules: { ...fewer, transfer } as LedgerParts['rules'] }))
  expect(dialectOf(ledgerParts)).not.toBe(dialectOf({ rules: fewer as LedgerParts['rules'] }))
})

test("Versions with other fields of commands reject each other's messages", async () => {
  const files = ['transfers/commands.ts', 'ledger/request.ts']
  const folder = new URL('../../../../subgraphs/banking/', import.meta.url)
  const texts = await Promise.all(files.map((file) => readFile(new URL(file, folder), 'utf8')))
  expect(dialectOf(ledgerParts, texts)).not.toBe(dialectOf(ledgerParts, [`${texts[0]} `, `${texts[1]}`]))
  // Each of these files counts.
  for (const text of texts) expect(declarations()).toContain(text)
})
