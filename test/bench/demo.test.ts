/**
 * The demo's claims hold on the product, and fail on one whose weather remembers and whose bank
 * forgets.
 */
import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { hangUp } from '../../bench/demo/client.ts'
import { caching } from '../../bench/demo/experiments/caching.ts'
import { state } from '../../bench/demo/experiments/state.ts'
import { type CallAnswer, type Handle, startFront } from '../../bench/demo/front.ts'
import { type Product, startProduct } from '../../bench/demo/product.ts'
import { claimsOf, holds, type Outcome } from '../../bench/demo/report/outcome.ts'
import { pageOf } from '../../bench/demo/report/page.ts'
import { runExperiments } from '../../bench/demo/run.ts'
import { faultsIn, sidewaysIn } from '../gateway/playground/axe.ts'
import { launchBrowser } from '../gateway/playground/browser.ts'
import { createDatabase, type TestDatabase } from '../support/database.ts'
import { runsInFull } from '../support/in-full.ts'

/** Among them the experiment of caching, which takes longest. */
const { inFull } = runsInFull('DEMO')

const INSTANCES = { banking: 2, weather: 2, content: 1 }

let database: TestDatabase
let product: Product
let isFaulty = false
/** The report of the product, and that of the one with faults. */
const pages: string[] = []

/** A weather instance that knows how often it was asked. */
function remembering(): Handle {
  let questions = 0
  return async ({ method }, forward) => {
    const answer = await forward()
    if (!isFaulty || method !== 'POST') return answer
    questions += 1
    return { ...answer, body: Buffer.from(answer.body.toString().replace('"temperatureMax":', `$&${questions % 10}`)) }
  }
}

/** A bank that answers a question about a balance as it did the first time. */
function forgetting(): Handle {
  const first = new Map<string, CallAnswer>()
  return async ({ headers, body }, forward) => {
    const answer = await forward()
    if (!isFaulty || !body.includes('posted')) return answer
    const question = `${headers.authorization} ${body}`
    const known = first.get(question) ?? answer
    first.set(question, known)
    return { ...answer, body: known.body }
  }
}

beforeAll(async () => {
  database = await createDatabase('seeded')
  product = await startProduct({
    instances: INSTANCES,
    settings: { DATABASE_URL: database.url },
    fronts: {
      weather: (target) => startFront(target, remembering()),
      banking: (target) => startFront(target, forgetting()),
    },
  })
})
afterAll(async () => {
  await product?.stop()
  await Promise.all([hangUp(), database?.drop()])
})

const run = (...experiments: Parameters<typeof runExperiments>[0]): Promise<readonly Outcome[]> =>
  runExperiments(
    experiments,
    product,
    () => undefined,
    () => undefined,
  )
const pageFor = (outcomes: readonly Outcome[]): Promise<string> =>
  pageOf({ outcomes, instances: INSTANCES, startedAt: new Date(), took: 0 })
const broken = (outcomes: readonly Outcome[]): readonly string[] =>
  outcomes.flatMap(claimsOf).flatMap(({ holds, says }) => (holds ? [] : [says]))

test('On the product the claims of state hold, and the page needs nothing else', async () => {
  const outcomes = await run(state)
  expect(broken(outcomes)).toEqual([])
  expect(outcomes.every(holds)).toBe(true)
  const page = await pageFor(outcomes)
  pages.push(page)
  expect(page).toContain('All 2 claims hold')
  // One plot, drawn for two widths.
  expect(page.match(/<svg /g)?.length).toBe(2)
  expect(page.replaceAll(/xmlns(:xlink)?="[^"]*"/g, '')).not.toMatch(/https?:|<script|<link| src=|@import/)
})

inFull('On the product the claims of caching hold, and the page has a plot of each experiment', async () => {
  const outcomes = await run(state, caching)
  expect(broken(outcomes)).toEqual([])
  const page = await pageFor(outcomes)
  expect(page).toContain('All 5 claims hold')
  expect(page.match(/<svg /g)?.length).toBe(4)
})

test('With a weather service that remembers and a bank that forgets both claims of state fail', async () => {
  isFaulty = true
  const outcomes = await run(state)
  expect(broken(outcomes)).toHaveLength(2)
  expect(outcomes.every(holds)).toBe(false)
  const page = await pageFor(outcomes)
  pages.push(page)
  expect(page).toContain('0 of 2 claims hold')
  expect(page).toContain('nothing follows from it')
})

test('An experiment that cannot be carried out counts as a claim that does not hold', async () => {
  const outcomes = await run({ ...state, run: () => Promise.reject(new Error('no such bank')) })
  expect(outcomes.flatMap(claimsOf)).toEqual([expect.objectContaining({ holds: false, seen: 'no such bank' })])
})

test('The reports can be read on a phone and by screen readers, light and dark', async () => {
  const browser = await launchBrowser()
  try {
    const faults: unknown[] = []
    for (const [at, colorScheme] of (['light', 'dark'] as const).entries()) {
      const page = await browser.newPage({ colorScheme, viewport: { width: 375, height: 700 } })
      await page.setContent(pages[at] ?? '')
      faults.push(...(await faultsIn(page)))
      expect(await sidewaysIn(page)).toBe(0)
      await page.close()
    }
    expect(pages).toHaveLength(2)
    expect(faults).toEqual([])
  } finally {
    await browser.close()
  }
})
