/** The playground's page, as its visitors use it. */
import { describe, expect, test } from '@jest/globals'
import type { Page, Request } from 'playwright-core'
import { until } from '../../support/until.ts'
import { inFull, isFull, keepOpen, open, product, type Visit } from '../pages-world.ts'
import { faultsIn, sidewaysIn } from './axe.ts'
import { keepScreenshot } from './browser.ts'

interface Answer {
  // biome-ignore lint/suspicious/noExplicitAny: answers have the shape of whatever a tab asks for
  readonly data?: any
  readonly errors?: readonly { readonly extensions: { readonly code: string } }[]
}

interface VisitOptions {
  readonly path?: string
  readonly width?: number
  readonly height?: number
  readonly colorScheme?: 'dark' | 'light'
  /** Runs before the page opens. */
  readonly before?: (page: Page) => Promise<unknown>
  /** Waits for the answer of the first tab, which the page runs by itself after the sign-in. */
  readonly answered?: boolean
}

/** Opens the page as a first-time visitor. */
async function visit(options: VisitOptions = {}): Promise<Visit> {
  const { path = '/', width = 1360, height = 850, colorScheme = 'light', before, answered = true } = options
  const opened = await open(`${product().url}${path}`, { viewport: { width, height }, colorScheme }, before)
  const { page } = opened
  await page.locator('.graphiql-query-editor .view-line').first().waitFor()
  if (answered) await page.locator('.graphiql-response').getByText('Ana Ribeiro').waitFor()
  return opened
}

let staying: Visit | undefined

/**
 * One visit for all tests that need no new one: loading the page takes longer than most of them.
 */
async function stay(): Promise<Visit> {
  staying ??= await visit()
  keepOpen(staying.page)
  return staying
}

async function signIn(page: Page, caller: string): Promise<void> {
  await page.getByLabel('You are').selectOption(caller)
  await page
    .getByRole('status')
    .filter({ hasText: `Signed in as ${caller}.` })
    .waitFor({ state: 'attached' })
}

const openTab = (page: Page, name: string): Promise<void> => page.getByRole('button', { name, exact: true }).click()

/** False for the page's own introspection. */
const isOperation = (request: Request): boolean =>
  /\/graphql(\/public)?$/.test(request.url()) && !request.postData()?.includes('IntrospectionQuery')

/** The answer on the wire to the operation that `start` makes the page send. */
async function answerTo(page: Page, start: () => Promise<unknown>): Promise<Answer> {
  const [request] = await Promise.all([page.waitForRequest(isOperation), start()])
  return (await (await request.response())?.json()) as Answer
}

const runTab = (page: Page): Promise<Answer> =>
  answerTo(page, () => page.getByRole('button', { name: /execute query/i }).click())

describe('playground page', () => {
  test('The first screen explains the product, and runs the main query for the payer by itself', async () => {
    const { page, requests, complaints } = await stay()
    expect(await page.getByLabel('You are').inputValue()).toBe('payer')
    const what = await page.getByRole('banner').innerText()
    expect(what.replaceAll(/\s+/g, ' ')).toMatch(/banking keeps state: .* weather and content keep none: /)
    const lanes = page.getByRole('list', { name: 'Plan' }).getByRole('button')
    await lanes.first().waitFor()
    const texts = (await lanes.allInnerTexts()).map((lane) => lane.trim().replaceAll(/\s+/g, ' '))
    const [first, ...others] = texts.map((lane) => /^(.*?)(?: [<\d.]+ m?s.*)?$/.exec(lane)?.[1])
    expect(first).toBe('banking stateful')
    expect(others.sort()).toEqual([
      'content stateless',
      'weather stateless, for branch.city',
      'weather stateless, for merchant.city',
    ])
    await page
      .getByRole('status')
      // Each of the two workers allows its half.
      .filter({ hasText: /^[\d.]+ m?s, 4 calls, .* kB, cost .* of 2,500,000 a minute/ })
      .waitFor()
    expect(await page.locator('.graphiql-response').innerText()).not.toContain('trace')
    await keepScreenshot(page, 'playground-main-query')
    expect(requests.filter((url) => new URL(url).origin !== product().url)).toEqual([])
    expect(requests.length).toBeGreaterThan(5)
    expect(complaints).toEqual([])
  })

  test('A step of the plan shows its request and the fields it gave, by keyboard too', async () => {
    const { page } = await stay()
    const banking = page.getByRole('list', { name: 'Plan' }).getByRole('button', { name: 'banking' })
    await banking.focus()
    await page.keyboard.press('Enter')
    const step = page.getByRole('region', { name: 'What banking was asked' })
    const text = await step.innerText()
    expect(text).toMatch(/query Overview\w* \{\s+me \{\s+name/)
    expect(text).toContain('me.accounts.edges[].node.number')
    expect(text).toMatch(/http:\S+: answered after/)
    await page.keyboard.press('Enter')
    await step.waitFor({ state: 'detached' })
  })

  async function judge({ page, complaints }: Visit, judged: readonly string[]): Promise<void> {
    const lane = page.getByRole('list', { name: 'Plan' }).getByRole('button').first()
    await lane.click()
    const states = {
      'with a step open': '',
      documentation: 'Documentation Explorer',
      services: 'Services',
      map: 'Live map',
    }
    for (const [state, plugin] of Object.entries(states)) {
      if (plugin !== '') await page.getByRole('button', { name: `Show ${plugin}` }).click()
      if (plugin === 'Documentation Explorer') await page.getByText('One graph over services of two kinds.').waitFor()
      if (plugin === 'Services') await page.getByRole('button', { name: 'Stop banking' }).waitFor()
      if (plugin === 'Live map') await page.getByText('Live: figures').waitFor()
      const faults = isFull || judged.includes(state) ? await faultsIn(page) : []
      expect({ state, faults, sideways: await sidewaysIn(page) }).toEqual({ state, faults: [], sideways: 0 })
    }
    expect(complaints).toEqual([])
  }

  test('The wide, light playground passes axe and does not scroll sideways', async () => {
    // The documentation is GraphiQL's own, and the map has its own suite.
    await judge(await stay(), ['with a step open', 'services'])
  })

  inFull('Narrow and dark, axe finds nothing and nothing scrolls sideways', async () => {
    await judge(await visit({ width: 375, height: 812, colorScheme: 'dark' }), [])
  })

  test('Each tab of the playground does what its comment says', async () => {
    const { page } = await stay()
    await signIn(page, 'payer')
    const answers: Record<string, Answer> = {}
    for (const name of ['SendMoney', 'WeatherInFiveCities', 'SearchArticles', 'Overdraw', 'OrderRent']) {
      await openTab(page, name)
      answers[name] = await runTab(page)
      await keepScreenshot(page, `playground-${name}`)
    }
    expect(Object.entries(answers).filter(([, { errors }]) => errors)).toEqual([])
    const { first, again } = answers['SendMoney']?.data ?? {}
    expect([first.replayed, again.replayed]).toEqual([false, true])
    expect(again.transfer.id).toBe(first.transfer.id)
    const cities = Object.values(answers['WeatherInFiveCities']?.data)
    expect(cities).toHaveLength(5)
    expect(cities).toEqual(
      cities.map(() => expect.objectContaining({ weather: expect.objectContaining({ daily: expect.any(Array) }) })),
    )
    expect(answers['SearchArticles']?.data.search.edges.length).toBeGreaterThan(0)
    expect(answers['Overdraw']?.data.transfer.code).toBe('INSUFFICIENT_FUNDS')
    expect(answers['OrderRent']?.data.scheduleTransfer.schedule.state).toBe('ACTIVE')
    await openTab(page, 'SendMoney')
    expect((await runTab(page)).data.first).toMatchObject({ replayed: false })
  })

  test('A subscription is followed, and its events are listed with the services that gave them', async () => {
    const { page, complaints } = await stay()
    await openTab(page, 'FollowAccount')
    const [followed] = await Promise.all([
      page.waitForResponse((response) => response.headers()['content-type']?.startsWith('text/event-stream') ?? false),
      page.getByRole('button', { name: /execute query/i }).click(),
    ])
    expect(followed.status()).toBe(200)
    await page.getByText('Nothing has happened yet.').waitFor()
    for (const seen of ['1 event, following', '2 events, following']) {
      await page.getByRole('button', { name: 'Send money' }).click()
      await page.getByRole('status').filter({ hasText: seen }).waitFor()
    }
    await page.locator('.graphiql-response').getByText('TRANSFER_POSTED').first().waitFor()
    const events = page.getByRole('list', { name: 'Events' }).getByRole('listitem')
    expect(await events.count()).toBe(2)
    const text = (await events.first().innerText()).replaceAll(/\s+/g, ' ')
    expect(text).toMatch(/€12\.50 banking told the event .* content joined .* weather joined .* Lisbon/)
    await keepScreenshot(page, 'playground-subscription')
    await page.getByRole('button', { name: /stop query/i }).click()
    await page.getByRole('button', { name: /execute query/i }).waitFor()
    expect(complaints).toEqual([])
  })

  test('While a service is stopped its fields fail and the others answer; it is back after its start', async () => {
    const { page } = await stay()
    await openTab(page, 'Overview')
    await page.getByRole('button', { name: 'Show Services' }).click()
    await page.getByRole('button', { name: 'Stop banking' }).click()
    const banking = page.getByRole('article', { name: 'banking' })
    await banking.getByText('stopped', { exact: true }).waitFor()
    const missed = await answerTo(page, () => page.getByRole('button', { name: 'Run the open tab' }).click())
    expect(missed.errors?.[0]?.extensions.code).toBe('SERVICE_UNAVAILABLE')
    await page
      .locator('button[data-failed="true"]')
      .filter({ hasText: /banking.*failed/s })
      .waitFor()
    await keepScreenshot(page, 'playground-service-stopped')
    await openTab(page, 'WeatherInFiveCities')
    expect((await runTab(page)).errors).toBeUndefined()
    await page.getByRole('button', { name: 'Start banking' }).click()
    await banking.getByText('running', { exact: true }).waitFor()
    await openTab(page, 'Overview')
    await until(async () => (await runTab(page)).errors === undefined)
  })

  test('A visitor who signs out stays signed out, which banking reports and weather ignores', async () => {
    const { page } = await stay()
    await openTab(page, 'Overview')
    await signIn(page, 'payee')
    expect((await runTab(page)).data.me.name).toBe('Brendan Walsh')
    await page.getByRole('button', { name: 'Sign out' }).click()
    await page.reload()
    const answer = await runTab(page)
    expect([answer.data.me, answer.errors?.[0]?.extensions.code]).toEqual([null, 'UNAUTHENTICATED'])
    await page.locator('.graphiql-response').getByText('UNAUTHENTICATED').waitFor()
    await keepScreenshot(page, 'playground-signed-out')
    await openTab(page, 'WeatherInFiveCities')
    expect((await runTab(page)).errors).toBeUndefined()
  })

  inFull(
    'Who signs in at the provider comes back to the page, is asked nothing else, and stays signed in',
    async () => {
      const { page, requests, complaints } = await visit()
      await page.getByRole('button', { name: 'Sign out' }).click()
      await page.getByRole('button', { name: 'Sign in…' }).click()
      await page.getByRole('button', { name: 'Brendan Walsh' }).click()
      await page.getByRole('status').filter({ hasText: 'Signed in as payee.' }).waitFor({ state: 'attached' })
      await page.locator('.graphiql-response').getByText('Brendan Walsh').waitFor()
      expect(page.url()).toBe(`${product().url}/`)
      const origins = new Set(requests.map((url) => new URL(url).origin))
      expect([...origins].sort()).toEqual([product().url, product().identityUrl].sort())
      await page.goBack() // to the login page, which is over
      await page.getByRole('status').filter({ hasText: 'Signed in as payee.' }).waitFor({ state: 'attached' })
      expect(page.url()).toBe(`${product().url}/`)
      expect(complaints).toEqual([])
    },
  )

  test("A variant's page shows the variant's schema, queries its path, keeps its own tabs, and is where a sign-in returns", async () => {
    const { page, requests, complaints } = await visit({ path: '/graphql/public', answered: false })
    await page.getByText('/graphql/public', { exact: true }).waitFor()
    // The first tab runs by itself.
    await page.locator('.graphiql-response').getByText('"data"').waitFor()
    await openTab(page, 'WeatherInFiveCities')
    const { data } = await runTab(page)
    expect(Object.keys(data)).toHaveLength(5)
    expect(await page.getByRole('button', { name: 'Overview', exact: true }).count()).toBe(0)
    await page.getByRole('button', { name: 'Show Documentation Explorer' }).click()
    await page.getByRole('link', { name: 'Query', exact: true }).click()
    await page.getByRole('link', { name: 'cities', exact: true }).waitFor()
    expect(await page.getByRole('link', { name: 'me', exact: true }).count()).toBe(0)
    const paths = new Set(requests.map((url) => new URL(url).pathname).filter((path) => path.startsWith('/graphql')))
    expect([...paths]).toEqual(['/graphql/public'])
    await page.getByRole('button', { name: 'Sign out' }).click()
    await page.getByRole('button', { name: 'Sign in…' }).click()
    await page.getByRole('button', { name: 'Brendan Walsh' }).click()
    await page.getByRole('status').filter({ hasText: 'Signed in as payee.' }).waitFor({ state: 'attached' })
    expect(page.url()).toBe(`${product().url}/graphql/public`)
    await page.getByText('/graphql/public', { exact: true }).waitFor()
    await page.goto(product().url)
    await page.getByRole('button', { name: 'Overview', exact: true }).waitFor()
    expect(complaints).toEqual([])
  })

  inFull('A refused sign-in shows its reason and leaves nobody signed in', async () => {
    const { page } = await visit({
      answered: false,
      before: (page) =>
        page.route('**/demo/token', async (route) => {
          const headers = { ...route.request().headers(), origin: 'http://elsewhere.test' }
          await route.fulfill({ response: await route.fetch({ headers }) })
        }),
    })
    await page.getByRole('status').filter({ hasText: 'This works in the gateway’s own playground' }).waitFor()
    await page.getByText('Signed out', { exact: true }).waitFor()
    await keepScreenshot(page, 'playground-sign-in-refused')
  })

  test('The page works by keyboard alone, and the caller of this browser tab survives a reload', async () => {
    const { page } = await visit()
    await page.keyboard.press('Tab')
    await page.keyboard.type('payee')
    await page.getByRole('status').filter({ hasText: 'Signed in as payee.' }).waitFor({ state: 'attached' })
    await page.locator('.graphiql-query-editor .monaco-editor').click()
    const answer = await answerTo(page, () => page.keyboard.press('Control+Enter'))
    expect(answer.data.me.name).toBe('Brendan Walsh')
    await page.reload()
    await page.getByRole('status').filter({ hasText: 'Signed in as payee.' }).waitFor({ state: 'attached' })
    expect(await page.getByLabel('You are').inputValue()).toBe('payee')
  })
})
