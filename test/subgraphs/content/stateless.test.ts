import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { afterEach, expect, test } from '@jest/globals'
import { processEnvironment, statelessFlags } from '../../../platform/memory/node-flags.ts'
import { ownMegabytes } from '../../stateless/support/instances.ts'
import { signedCall, TEST_SECRET } from '../../support/signed-call.ts'

interface Instance {
  readonly url: string
  readonly process: ChildProcess
}

const running = new Set<ChildProcess>()
afterEach(async () => {
  await Promise.all([...running].map(kill))
})

/** A process of its own, as `npm start` runs it. */
async function startInstance(): Promise<Instance> {
  const child = spawn(process.execPath, [...statelessFlags, 'subgraphs/content/main.ts'], {
    env: { ...processEnvironment, PATH: process.env['PATH'], GATEWAY_SECRET: TEST_SECRET, LOG_LEVEL: 'error' },
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  })
  running.add(child)
  const [{ url }] = (await once(child, 'message')) as [{ url: string }]
  return { url, process: child }
}

async function kill(child: ChildProcess): Promise<void> {
  running.delete(child)
  if (child.exitCode !== null || child.signalCode !== null) return
  const gone = once(child, 'exit')
  child.kill('SIGKILL')
  await gone
}

const slugs = ['stop-a-lost-card', 'read-your-iban', 'retry-a-payment-safely', 'budget-by-category', 'gone']
const words = ['card', 'tranfser', 'iban', 'saldo', 'emergency fund', 'cartao perdido']
const languages = [undefined, 'pt', 'fr, pt;q=0.5', '*', 'en-GB']

const REQUESTS = 250
const AT_ONCE = 10
/** Requests until the next instance dies, between two batches. */
const LIFE = 9 * AT_ONCE

/**
 * Requests in which every form of question occurs, in each language twice, the same in every run.
 */
const requests = Array.from({ length: REQUESTS }, (_, number) => {
  const pick = <Item>(items: readonly Item[], every: number): Item =>
    items[Math.floor(number / every) % items.length] as Item
  const slug = pick(slugs, 5)
  const acceptLanguage = pick(languages, 25)
  const queries = [
    `{ article(slug: "${slug}") { id locale fallbackChain html text ast readingTime tableOfContents { id } image { url variants { url } } } }`,
    `{ articles(first: 5, untranslated: true) { totalCount edges { cursor node { id title summary } } pageInfo { endCursor } } }`,
    `{ search(text: "${pick(words, 5)}", first: 4) { totalCount edges { cursor score node { id } highlights { fragments { text match } } } facets { topics { value count } } } }`,
    `{ _entities(representations: [{ __typename: "Product", id: "current-account" }, { __typename: "City", id: "2267057" }]) { ... on Product { name terms { html } articles { edges { node { id } } } } ... on City { articles { totalCount } } } }`,
    `{ articles(first: -1) { totalCount } }`,
  ]
  return {
    query: queries[number % queries.length] as string,
    perspective: number % 11 === 0 ? 'preview' : 'published',
    ...(acceptLanguage === undefined ? {} : { acceptLanguage }),
  }
})

/**
 * Asks again where the instance is busy, as the gateway does: the answer is what must be the same.
 */
async function answerOf({ url }: Instance, request: (typeof requests)[number]): Promise<string> {
  let answer = await signedCall(url, request)
  while (answer.status === 503) answer = await signedCall(url, request)
  const { status, headers, ...body } = answer
  return JSON.stringify([status, headers.get('cache-control'), headers.get('vary'), body])
}

/** Answers in order, some at a time; `instanceOf` says which instance each goes to. */
async function answersOf(instanceOf: (number: number) => Promise<Instance> | Instance): Promise<readonly string[]> {
  const answers: string[] = []
  for (let start = 0; start < requests.length; start += AT_ONCE) {
    const batch = requests.slice(start, start + AT_ONCE).map(async (request, offset) => {
      return answerOf(await instanceOf(start + offset), request)
    })
    answers.push(...(await Promise.all(batch)))
  }
  return answers
}

const differing = (one: readonly string[], other: readonly string[]): readonly number[] =>
  one.flatMap((answer, number) => (answer === other[number] ? [] : [number]))

test('One instance, three, and three that are killed and replaced give the same answers to the byte', async () => {
  const three = await Promise.all([startInstance(), startInstance(), startInstance()])
  const [first] = three
  const expected = await answersOf(() => first)
  expect(new Set(expected).size).toBeGreaterThan(40)

  expect(differing(expected, await answersOf((number) => three[number % 3] ?? first))).toEqual([])

  const afterDeath = await answersOf(async (number) => {
    // Each of the three dies once, and another takes its place; the next one answers meanwhile.
    if (number % LIFE === 0) {
      const turn = number / LIFE
      await kill((three[turn] ?? first).process)
      three[turn] = await startInstance()
    }
    return three[(Math.floor(number / LIFE) + 1) % 3] ?? first
  })
  expect(differing(expected, afterDeath)).toEqual([])
})

test('An instance takes under 100 MB of its own under customer traffic', async () => {
  const instance = await startInstance()
  const query = `query ($representations: [_Any!]!) {
    articles(first: 50) { edges { node { title summary readingTime } } }
    search(text: "card") { edges { node { title } highlights { field } } facets { topics { value } } }
    _entities(representations: $representations) { ... on Product { name terms { title html } } }
  }`
  for (const id of ['current-account', 'savings-account', 'foreign-currency-account', 'gone'])
    for (let count = 0; count < 25; count++)
      await signedCall(instance.url, {
        query,
        variables: { representations: [{ __typename: 'Product', id }] },
      })
  expect(ownMegabytes(instance.process.pid)).toBeLessThan(100) // 80 to 86
})
