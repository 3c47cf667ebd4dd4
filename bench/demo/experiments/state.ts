/** State between requests: any weather instance gives the same bytes; a balance remembers. */
import { shuffled } from '../../common/draw.ts'
import { ACCOUNTS, type Account, accountsIn, euroAccounts, newKey, pay } from '../bank.ts'
import { askInstance, type Operation } from '../client.ts'
import type { Experiment, Findings } from '../experiment.ts'
import { count, plural } from '../figures.ts'
import type { Part } from '../part.ts'
import type { Product } from '../product.ts'
import { articleOf, weatherOn } from '../questions.ts'

const QUESTIONS = 60
const TRANSFERS = 8
const AMOUNT = 3 // minor units

interface Asked {
  readonly service: string
  readonly operation: Operation
}

export const state: Experiment = {
  name: 'state',
  title: 'What remains between two requests?',
  async run(product, note) {
    const bytes = await compareInstances(product, note)
    note(`${TRANSFERS} transfers, and the same question to each instance of the bank after each`)
    const memory = await followBalance(product)
    return report(product, bytes, memory)
  },
}

interface Bytes {
  readonly answers: number
  /** Questions that were not answered with the same bytes by all. */
  readonly differing: number
  /** Answers of instances that were restarted meanwhile and know nothing from before. */
  readonly fresh: number
}

async function compareInstances(product: Product, note: (text: string) => void): Promise<Bytes> {
  const questions = Array.from(
    { length: QUESTIONS },
    (_, at): Asked =>
      at % 3 === 2
        ? { service: 'content', operation: articleOf(at) }
        : { service: 'weather', operation: weatherOn(at * 401) },
  )
  const answers = questions.map((): Set<string> => new Set())
  let answered = 0
  const askAll = async (parts: readonly Part[]): Promise<void> => {
    // Each in a different order, so that anything kept from earlier questions would show.
    for (const part of parts)
      for (const at of shuffled([...questions.keys()])) {
        const { service, operation } = questions[at] as Asked
        if (service !== part.name) continue
        const { status, text } = await askInstance(part.url, product.secret, operation)
        answers[at]?.add(`${status} ${text}`)
        answered += 1
      }
  }
  note(`${QUESTIONS} questions to each stateless instance, in another order each`)
  await askAll([...product.of('weather'), ...product.of('content')])
  const before = answered
  const anew = ['weather', 'content'].flatMap((service) => product.of(service).slice(0, 1))
  note(`the same to ${anew.map(({ label }) => label).join(' and ')}, killed and started again`)
  await Promise.all(anew.map((part) => part.kill()))
  await askAll(anew)
  await product.settled()
  return { answers: answered, differing: answers.filter(({ size }) => size > 1).length, fresh: answered - before }
}

interface Memory {
  /** Distinct answers so far, after each transfer, to a question of each kind. */
  readonly distinct: readonly { readonly weather: number; readonly balance: number }[]
  /** Instances that did not know a transfer, over all transfers. */
  readonly ignorant: number
  readonly asked: number
}

async function followBalance(product: Product): Promise<Memory> {
  const [from, to] = (await euroAccounts(product)) as [Account, Account]
  const seen = { weather: new Set<string>(), balance: new Set<string>() }
  const distinct: Memory['distinct'][number][] = []
  let [ignorant, asked] = [0, 0]
  let expected: bigint | undefined
  for (let paid = 0; paid <= TRANSFERS; paid += 1) {
    if (paid > 0) await pay(product.gateway.url, { key: newKey(), from, to, amount: AMOUNT })
    for (const part of product.of('banking')) {
      const reply = await askInstance(part.url, product.secret, ACCOUNTS, from.authorization)
      const posted = accountsIn(reply).find(({ id }) => id === from.id)?.balance.posted.amount
      const balance = BigInt(posted ?? 0)
      expected ??= balance
      if (balance !== expected) ignorant += 1
      asked += 1
      seen.balance.add(String(posted))
    }
    for (const part of product.of('weather'))
      seen.weather.add((await askInstance(part.url, product.secret, weatherOn(0))).text)
    distinct.push({ weather: seen.weather.size, balance: seen.balance.size })
    expected = (expected ?? 0n) - BigInt(AMOUNT)
  }
  return { distinct, ignorant, asked }
}

function report(
  product: Product,
  { answers, differing, fresh }: Bytes,
  { distinct, ignorant, asked }: Memory,
): Findings {
  const banks = product.of('banking').length
  const last = distinct.at(-1)
  return {
    did: `${QUESTIONS} questions were put to each of ${product.of('weather').length} weather and ${product.of('content').length} content instances, to each in another order, and again to one of each that had been killed and knew nothing of before. ${TRANSFERS} transfers were made; before the first and after each, all ${banks} instances of the bank were asked for the payer's balance, and all weather instances for one day's weather.`,
    atAGlance: {
      stateless: `${plural(last?.weather ?? 0, 'answer')} to one question`,
      stateful: `${plural(last?.balance ?? 0, 'answer')} to one question`,
    },
    measured: {
      head: ['', 'stateless', 'stateful'],
      rows: [
        ['questions asked of instances', count(answers), count(asked)],
        ['of these, of an instance without a past', count(fresh), ''],
        ['questions with more than one answer', count(differing), ''],
        ['different answers to one question, over time', count(last?.weather ?? 0), count(last?.balance ?? 0)],
        ['instances that did not know a transfer', '', count(ignorant)],
      ],
    },
    plots: [
      {
        kind: 'lines',
        title: 'Different answers to one and the same question',
        across: 'transfers made',
        measure: 'different answers',
        stepped: true,
        series: [
          { name: 'a balance', tone: 'stateful' },
          { name: 'the weather of a day', tone: 'stateless' },
        ],
        values: distinct.flatMap(({ weather, balance }, x) => [
          { series: 'a balance', x, y: balance },
          { series: 'the weather of a day', x, y: weather },
        ]),
      },
    ],
    claims: [
      {
        says: 'Any weather or content instance answers a question with the same bytes, whatever it was asked before.',
        holds: differing === 0 && last?.weather === 1,
        seen: `${count(differing)} of ${count(QUESTIONS)} questions had different answers, in ${count(answers)} answers`,
      },
      {
        says: 'Each instance of the bank knows each transfer as soon as it is acknowledged, whoever carried it out.',
        holds: ignorant === 0 && last?.balance === TRANSFERS + 1,
        seen: `${count(ignorant)} of ${count(asked)} balances were not what the transfers make them`,
      },
    ],
    follows:
      'A stateless instance may be asked in place of any other, so the gateway is free to retry, to hedge and to answer from a cache. The answer of a stateful service depends on all that was written before, so its instances share one database, and an answer may not be kept.',
  }
}
