/**
 * Every argument of the schema documents its range and is tested at its limits; one without either
 * fails here.
 */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import type { PrismaClient } from '../../../../prisma/generated/client.ts'
import { openDatabase } from '../../../../subgraphs/banking/database/open.ts'
import type { Answer } from '../../../support/answer.ts'
import { brokenInvariants } from '../support/books.ts'
import { codesOf, startSeededBanking, type TestService } from '../support/service.ts'
import { type Argument, allArguments } from './arguments.ts'
import { makeWorld, type Place, placesOf, type World } from './calls.ts'
import { firstEvent } from './first-event.ts'
import { forgedCursors, type Kind, type KindName, kinds, NO_IDS } from './kinds.ts'

/** Kinds of arguments by the end of their coordinate. The longest match counts. */
const kindsByEnd: Readonly<Record<string, KindName>> = {
  idempotencyKey: 'key',
  amount: 'amount',
  'QuoteExchangeInput.amount': 'quoted',
  limit: 'limit',
  principal: 'principal',
  annualRate: 'percentage',
  perEuro: 'rate',
  instalments: 'instalments',
  expiresInSeconds: 'seconds',
  currency: 'currency',
  sell: 'currency',
  buy: 'currency',
  'Input.to': 'iban',
  'Input.from': 'id',
  quoteId: 'id',
  transferId: 'id',
  scheduleId: 'id',
  accountId: 'id',
  loanId: 'id',
  webhookId: 'id',
  eventId: 'id',
  '(id:)': 'id',
  '(accountId:)': 'id',
  branch: 'branch',
  reference: 'reference',
  purpose: 'reference',
  note: 'reference',
  endToEndId: 'endToEnd',
  name: 'name',
  'EntryFilter.from': 'instant',
  'EntryFilter.to': 'instant',
  minAmount: 'filterAmount',
  maxAmount: 'filterAmount',
  merchant: 'merchant',
  category: 'category',
  text: 'search',
  'customers(search:)': 'category',
  '(from:)': 'date',
  '(to:)': 'date',
  '(on:)': 'date',
  disbursedOn: 'date',
  firstOn: 'futureDate',
  until: 'futureDate',
  'TransferBatchInput.transfers': 'batch',
  '(locale:)': 'locale',
  'RegisterWebhookInput.url': 'url',
  '(first:)': 'first',
  '(last:)': 'first',
  '(after:)': 'cursor',
  '(before:)': 'cursor',
  '(byteOrderMark:)': 'flag',
}

function kindOf({ coordinate, isEnum }: Argument): Kind | undefined {
  if (isEnum) return kinds.choice
  const ends = Object.keys(kindsByEnd).filter((end) => coordinate.endsWith(end))
  const [longest] = ends.sort((one, other) => other.length - one.length)
  const name = longest === undefined ? undefined : kindsByEnd[longest]
  return name && kinds[name]
}

const all = allArguments()

let prisma: PrismaClient
let service: TestService
let world: World

beforeAll(async () => {
  service = await startSeededBanking()
  prisma = openDatabase({ url: service.databaseUrl, connections: 2 })
  world = await makeWorld(service)
})
afterAll(async () => {
  expect(await brokenInvariants(prisma)).toEqual([])
  await prisma.$disconnect()
  await service.stop()
})

test('Every argument has a kind, documents its range, and is used in a test call', () => {
  const saying = all.filter((argument) => {
    const kind = kindOf(argument)
    return kind && placesOf(argument.coordinate).length > 0 && (kind.says?.test(argument.description) ?? true)
  })
  const lacking = all.filter((argument) => !saying.includes(argument))
  expect(lacking.map(({ coordinate, description }) => `${coordinate} ${description}`)).toEqual([])
  expect(all.length).toBeGreaterThan(130)
})

const orders = (): Promise<number> =>
  prisma.operation.count({ where: { actor: { in: ['payer', 'payee', 'officer'] } } })

const callOnce: typeof firstEvent = (of, caller, query, variables) => of.call(caller, query, variables)

/** The values whose outcome differs from `expected`, each with its outcome. */
async function surprises(
  place: Place,
  values: readonly unknown[],
  expected: (answer: Answer) => boolean,
): Promise<unknown[]> {
  const answers = await Promise.all(
    values.map((value) => {
      const { query, variables, caller } = place.call(world, value)
      const ask = query.startsWith('subscription') ? firstEvent : callOnce
      return ask(service, caller, query, variables)
    }),
  )
  return answers.flatMap(({ data, errors, ...rest }, at) =>
    expected({ data, ...(errors ? { errors } : {}), ...rest })
      ? []
      : [
          {
            value: JSON.stringify(values[at])?.slice(0, 80),
            data,
            errors: errors?.map(({ message, extensions }) => `${extensions['code']}: ${message}`),
          },
        ],
  )
}

const isBad = (answer: Answer): boolean => `${codesOf(answer)}` === 'BAD_USER_INPUT'
const isSound = ({ errors }: Answer): boolean => errors === undefined
const isEither = (answer: Answer): boolean => isSound(answer) || isBad(answer)
const findsNothing = (answer: Answer): boolean =>
  isBad(answer) ||
  (isSound(answer) &&
    (answer.data.done === null || /_NOT_FOUND$/.test(answer.data.done.items?.[0].code ?? answer.data.done.code)))

describe.each(all.map((argument) => [argument.coordinate, kindOf(argument)] as const))('%s', (coordinate, kind) => {
  test.each(placesOf(coordinate).map((place) => [place.what, place] as const))('%s', async (_what, place) => {
    if (!kind) return
    const {
      bad,
      odd = [],
      edge = [],
    } = place.cursors && kind === kinds.cursor ? { ...forgedCursors(place.cursors) } : kind
    const before = await orders()
    expect(await surprises(place, bad, isBad)).toEqual([])
    expect(await orders()).toBe(before)
    const isId = kind === kinds.id && place.refuses
    const ids = isId ? [...NO_IDS, ...(place.isOfficers ? [] : world.strangers)] : odd
    expect(await surprises(place, ids, isId ? findsNothing : isEither)).toEqual([])
    expect(await surprises(place, edge, isSound)).toEqual([])
  })
})
