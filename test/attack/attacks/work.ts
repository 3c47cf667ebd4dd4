/** Operations within every limit of shape that are much work for a service. */
import type { Attack } from '../attack.ts'
import { ask, type Target, tally } from '../target.ts'

const repeat = (count: number, make: (index: number) => string): string =>
  Array.from({ length: count }, (_, index) => make(index)).join(' ')

const quote = (index: number): string =>
  `q${index}: quoteLoan(terms: {principal: "${1_000_000 + index}", currency: "EUR", annualRate: "5", instalments: 480}) { schedule { number payment { amount } } }`

/** Sends so many at once, with a comment that makes each another document. */
const flood = (target: Target, count: number, query: string, headers = {}): Promise<string> =>
  Promise.all(
    Array.from({ length: Math.ceil(count * target.scale) }, (_, n) => ask(target, `${query} # ${n}`, headers)),
  ).then(tally)

/** Refused as a whole, or one after the other until the caller's share is used up. */
const BOUNDED =
  /^\d+ x (200 OK|200 SERVICE_UNAVAILABLE|200 OPERATION_TOO_COMPLEX|400 OPERATION_TOO_COMPLEX|429 BUDGET_EXHAUSTED)(, |$)/

/** 300 parts of one document, which takes long to validate and to plan. */
const days = `{ weather(at: {latitude: 50, longitude: 8}) { ${repeat(300, (n) => `d${n}: on(date: "2026-01-01") { date }`)} } }`

/** Hours of 100 cities, each with parts that come later. */
const deferred = (parts: string): string =>
  `{ cities(search: "a", first: 100) { edges { node { weather { hourly(hours: 100) { temperature ${parts} } } } } } }`

/** The outcome of an answer in parts: the code of its last error. */
async function askInParts({ url }: Target, query: string): Promise<string> {
  const response = await fetch(`${url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', accept: 'multipart/mixed;incrementalSpec=v0.2' },
    body: JSON.stringify({ query }),
  })
  const codes = (await response.text()).match(/(?<="code":")\w+/g)
  return `${response.status} ${codes?.at(-1) ?? 'OK'}`
}

const inParts = (name: string, parts: string, expected: RegExp): Attack => ({
  name,
  run: (target) => askInParts(target, deferred(parts)),
  expected,
})

export const workAttacks: readonly Attack[] = [
  inParts(
    'a deferred part with a label of 100 kB in each of 10,000 objects',
    `... @defer(label: "${'l'.repeat(100_000)}") { time }`,
    /^200 (OPERATION_TOO_COMPLEX|SERVICE_UNAVAILABLE|SERVICE_TIMEOUT)$/,
  ),
  inParts(
    '200 deferred parts in each of 10,000 objects',
    repeat(200, (n) => `... @defer(label: "l${n}") { time }`),
    /^400 OPERATION_TOO_COMPLEX$/,
  ),
  {
    name: '100 introspections in one operation',
    run: (target) =>
      ask(
        target,
        `{ ${repeat(100, (n) => `a${n}: __schema { ...S }`)} }
        fragment S on __Schema { types { name fields { name description args { name } type { name kind } } } }`,
      ),
    expected: /^400 OPERATION_TOO_COMPLEX$/,
  },
  {
    name: '490 aliases of a loan quote of 480 instalments, signed out',
    run: (target) => ask(target, `{ ${repeat(490, quote)} }`),
    expected: /^400 OPERATION_TOO_COMPLEX$/,
  },
  {
    name: '490 aliases of html over all articles',
    run: (target) =>
      ask(target, `{ articles(first: 100) { edges { node { ${repeat(490, (n) => `h${n}: html`)} } } } }`),
    expected: /^400 OPERATION_TOO_COMPLEX$/,
  },
  {
    name: '60 times all articles with their trees, ten at once',
    run: (target) =>
      flood(target, 10, `{ ${repeat(60, (n) => `a${n}: articles(first: 100) { edges { node { ast } } }`)} }`),
    expected: BOUNDED,
    question: '{ articles(first: 1) { totalCount } }',
  },
  {
    name: '500 loan quotes at once, signed out',
    run: (target) => flood(target, 500, `{ ${quote(0)} }`),
    expected: BOUNDED,
  },
  {
    name: '500 searches at once',
    run: (target) => flood(target, 500, '{ search(text: "account transfer card loan", first: 100) { totalCount } }'),
    expected: BOUNDED,
    question: '{ articles(first: 1) { totalCount } }',
  },
  {
    name: 'one customer asks 1,000 large questions of banking at once',
    run: (target) =>
      flood(
        target,
        1_000,
        '{ me { accounts(first: 5) { edges { node { entries(first: 100) { edges { node { transfer { id } } } } } } } } }',
        { authorization: target.payer },
      ),
    expected: BOUNDED,
  },
  {
    name: '60 new documents of 300 aliases at once, signed out',
    run: (target) => flood(target, 60, days),
    expected: BOUNDED,
  },
  {
    name: '60 new documents of 300 aliases at once, while another caller asks new ones, too',
    run: (target) => flood(target, 60, `${days} # again`),
    expected: BOUNDED,
    asksAnew: true,
  },
]
