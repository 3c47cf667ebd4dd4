/** `docs/frontend.md`, followed to the letter: a page of another origin, in Chromium. */
import { readFile } from 'node:fs/promises'
import { describe, expect, test } from '@jest/globals'
import type { Page, Route } from 'playwright-core'
import { until } from '../support/until.ts'
import { buildProject, type Project } from './project.ts'
import { atEnd, browser, euroAccountOf, inFull, pages, paidWith, product, tokenOf } from './world.ts'

const PAGE = new URL('../../docs/frontend.md', import.meta.url)

/** The files that the page has its reader write. */
async function filesOfGuide(gateway: string): Promise<Readonly<Record<string, string>>> {
  const text = await readFile(PAGE, 'utf8')
  const found = [...text.matchAll(/^`(src\/[\w.]+)`[^`]*(?:`[^`\n]+`[^`]*)*?\n```tsx?\n(.*?)^```$/gms)]
  return Object.fromEntries(
    found.map(([, name = '', content = '']) => [
      name,
      content.replace('http://localhost:4080', product().identityUrl).replace('http://localhost:4000', gateway),
    ]),
  )
}

let guide: Project | undefined

/** Opens the guide's page, signed in. */
async function followGuide(): Promise<Page> {
  if (!guide) {
    guide = await buildProject(await filesOfGuide(product().url))
    atEnd(guide.remove)
  }
  pages().show(guide.dist)
  const page = await browser().newPage()
  await page.goto(pages().origin)
  await page.getByRole('button', { name: 'Sign in' }).click()
  await page.getByRole('button', { name: /Ana Ribeiro/ }).click()
  await page.getByText('Hello, Ana Ribeiro').waitFor()
  return page
}

async function fillIn(page: Page, amount: string): Promise<void> {
  await page.getByLabel('To').fill((await euroAccountOf('payee')).number)
  await page.getByLabel('Amount').fill(amount)
}

const payButton = (page: Page) => page.getByRole('button', { name: 'Pay', exact: true })

/** Loses the answers to payments until it is stopped; resolves when one was lost. */
async function loseAnswers(page: Page): Promise<{ readonly lost: Promise<void>; stop(): Promise<void> }> {
  let tell: (() => void) | undefined
  const lost = new Promise<void>((resolve) => {
    tell = resolve
  })
  const lose = async (route: Route): Promise<void> => {
    if (!route.request().postData()?.includes('mutation Transfer')) return route.fallback()
    await route.fetch()
    await route.abort('connectionreset')
    tell?.()
  }
  await page.route('**/graphql', lose)
  return { lost, stop: () => page.unroute('**/graphql', lose) }
}

describe('The page of docs/frontend.md, from another origin', () => {
  test('The page of the guide signs in, pays once at a double click, and shows the new balance', async () => {
    const page = await followGuide()
    const balance = page.getByRole('heading', { level: 2 })
    const before = await balance.innerText()
    await fillIn(page, '12.37')
    await payButton(page).dblclick()
    await page.getByText('€12.37 paid.').waitFor()
    await payButton(page).click()
    await until(async () => (await balance.innerText()) !== before)
    expect(await paidWith('payer', '1237')).toBe(1)
    await page.close()
  })

  test('A payment whose answers are lost is settled after a reload, once', async () => {
    const page = await followGuide()
    const { lost, stop } = await loseAnswers(page)
    await fillIn(page, '12.38')
    await payButton(page).click()
    await lost
    const settled = page.waitForEvent('console', (message) => message.text().includes('What became of Transfer'))
    // Answers are lost until the page is reloaded, so that nobody waits any more.
    await page.reload()
    await stop()
    await settled
    await fillIn(page, '12.38')
    await payButton(page).click()
    await page.getByText('€12.38 paid.').waitFor()
    expect(await paidWith('payer', '1238')).toBe(1)
    await page.close()
  })

  inFull('A payment made offline is sent when the browser is online again', async () => {
    const page = await followGuide()
    await fillIn(page, '12.39')
    await page.context().setOffline(true)
    await payButton(page).click()
    await page.getByText('Paying …').waitFor()
    await page.context().setOffline(false)
    await page.getByText('€12.39 paid.').waitFor()
    expect(await paidWith('payer', '1239')).toBe(1)
    await page.close()
  })
})

const urqlPage = (url: string, token: string): string => `
import { Client } from '@urql/core'
import { cacheExchange } from '@urql/exchange-graphcache'
import { createConnection } from 'tributary-client'
import { AccountsDocument } from 'tributary-client/operations'
import { graphcacheOptions, tributaryExchanges } from 'tributary-client/urql'

const connection = createConnection({ url: ${JSON.stringify(url)}, token: () => ${JSON.stringify(token)} })
const exchanges = tributaryExchanges(connection, cacheExchange(graphcacheOptions()))
const client = new Client({ url: ${JSON.stringify(url)}, preferGetMethod: false, exchanges })
const { data, error } = await client.query(AccountsDocument, {}).toPromise()
document.body.append(error ? error.message : 'Hello, ' + data?.me?.name)
`

describe('urql with tributary-client, from another origin', () => {
  inFull('A page in Chromium is answered', async () => {
    const project = await buildProject({ 'src/main.tsx': urqlPage(`${product().url}/graphql`, await tokenOf('payer')) })
    pages().show(project.dist)
    const page = await browser().newPage()
    await page.goto(pages().origin)
    await page.getByText('Hello, Ana Ribeiro').waitFor()
    await page.close()
    await project.remove()
  })
})
