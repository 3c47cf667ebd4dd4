/** The web app's service worker in Chromium, with pages of two builds. */
import { copyFile, mkdir, readdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { afterAll, beforeAll, expect, test } from '@jest/globals'
import type { Browser } from 'playwright-core'
import { openApp } from '../../../gateway/app/open.ts'
import type { ServePage } from '../../../gateway/playground/page-file.ts'
import { type HttpListener, listen } from '../../../platform/http/server/listen.ts'
import { newFolder } from '../../support/folder.ts'
import { until } from '../../support/until.ts'
import { launchBrowser } from '../playground/browser.ts'

const assets = fileURLToPath(new URL('../../../client/app/dist/assets/', import.meta.url))
const REGISTER = `const of = trustedTypes.createPolicy('worker', { createScriptURL: () => '/app/offline-worker.js' })
  navigator.serviceWorker.register(of.createScriptURL(''))`

let serve: ServePage
let listener: HttpListener
let browser: Browser
beforeAll(async () => {
  browser = await launchBrowser()
  listener = await listen(
    async (request, response) => {
      if (!(await serve(request, response))) response.writeHead(404).end()
    },
    { host: '127.0.0.1', port: 0 },
  )
})
afterAll(async () => {
  await browser?.close()
  await listener?.drain(0)
})

/** A page that says its name by its script, with the worker that the build made. */
async function build(name: string, issuer = 'http://localhost:4080'): Promise<ServePage> {
  const folder = await newFolder()
  const inside = (file: string): string => join(folder, 'assets', file)
  await mkdir(inside(''))
  const page = `<!doctype html><script type="application/json" id="app-settings"></script><body>
    <script type="module" src="/app/assets/${name}-index.js"></script>`
  await writeFile(join(folder, 'index.html'), page)
  await writeFile(inside(`${name}-index.js`), `document.body.append('build ${name}')\n${REGISTER}`)
  const worker = (await readdir(assets)).find((file) => file.endsWith('-offline-worker.js')) ?? ''
  await copyFile(join(assets, worker), inside(worker))
  const app = { enabled: true, clientId: 'web', scope: 'openid', issuer }
  return openApp({ app, identity: undefined }, pathToFileURL(`${folder}/`))
}

test('The page opens offline as it was last built, and a new build takes its place at once', async () => {
  serve = await build('one')
  const page = await browser.newPage()
  const address = `${listener.url.replace('127.0.0.1', 'localhost')}/app/some/screen`
  const kept = (): Promise<string[]> =>
    page.evaluate(`caches.keys().then(async (names) => {
      const all = await Promise.all(names.map(async (name) => (await caches.open(name)).keys()))
      return all.flat().map(({ url }) => new URL(url).pathname).sort()
    })`)
  await page.goto(address)
  await page.evaluate('navigator.serviceWorker.ready.then(() => true)')
  await page.context().setOffline(true)
  await page.reload()
  await page.getByText('build one').waitFor()
  await page.context().setOffline(false)

  serve = await build('two')
  await page.reload()
  await page.getByText('build two').waitFor()
  await until(async () => (await kept()).join() === '/app/,/app/assets/two-index.js')
  await page.context().setOffline(true)
  await page.reload()
  await page.getByText('build two').waitFor()
  await page.context().setOffline(false)
  await page.close()
})

test('A page whose gateway is away opens, and what is no file of the page is not kept', async () => {
  const built = await build('three')
  let isAway = false
  serve = async (request, response) => {
    if (isAway) response.writeHead(502).end()
    else if (request.url === '/app/figures.json') response.writeHead(200, { 'cache-control': 'max-age=60' }).end('{}')
    else return built(request, response)
    return true
  }
  const page = await browser.newPage()
  const address = `${listener.url.replace('127.0.0.1', 'localhost')}/app/`
  await page.goto(address)
  await page.evaluate('navigator.serviceWorker.ready.then(() => true)')
  await page.reload()
  expect(await page.evaluate(`fetch('/app/figures.json').then(({ status }) => status)`)).toBe(200)
  isAway = true
  await page.reload()
  await page.getByText('build three').waitFor()
  expect(await page.evaluate(`caches.match('/app/figures.json').then((found) => found === undefined)`)).toBe(true)
  await page.close()
})

test('The worker script is revalidated, and changes with the settings of the page', async () => {
  const textOf = async (issuer: string): Promise<string> => {
    serve = await build('four', issuer)
    const answer = await fetch(`${listener.url}/app/offline-worker.js`)
    expect([answer.status, answer.headers.get('cache-control')]).toEqual([200, 'no-cache'])
    const again = await fetch(`${listener.url}/app/offline-worker.js`, {
      headers: { 'if-none-match': answer.headers.get('etag') ?? '' },
    })
    expect(again.status).toBe(304)
    return answer.text()
  }
  const text = await textOf('https://one.example')
  expect(await textOf('https://one.example')).toBe(text)
  expect(await textOf('https://two.example')).not.toBe(text)
})
