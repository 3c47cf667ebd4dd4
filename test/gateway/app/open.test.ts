/** Which requests the web app answers, and with what. */
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { afterAll, describe, expect, test } from '@jest/globals'
import { openApp } from '../../../gateway/app/open.ts'
import { type HttpListener, listen } from '../../../platform/http/server/listen.ts'
import { newFolder } from '../../support/folder.ts'

const PAGE = '<!doctype html><script type="application/json" id="app-settings"></script>'
const app = { enabled: true, clientId: 'web', scope: 'openid profile' }
const demo = (issuer?: string) => ({ demo: { dataDir: '.data', issuer } })
const html = { accept: 'text/html,application/xhtml+xml' }

const listeners: HttpListener[] = []
afterAll(() => Promise.all(listeners.map((listener) => listener.drain(0))))

async function open(settings: Parameters<typeof openApp>[0], isBuilt = true): Promise<string> {
  const folder = await newFolder()
  if (isBuilt) {
    await mkdir(join(folder, 'assets'))
    await writeFile(join(folder, 'index.html'), PAGE)
    await writeFile(join(folder, 'assets/Ab3-index.js'), 'console.log(1)')
  }
  const serve = await openApp(settings, pathToFileURL(`${folder}/`))
  const listener = await listen(
    async (request, response) => {
      if (!(await serve(request, response))) response.writeHead(404).end()
    },
    { host: '127.0.0.1', port: 0 },
  )
  listeners.push(listener)
  return listener.url
}

const told = (page: string): unknown => JSON.parse(/id="app-settings">(.*)<\/script>/s.exec(page)?.[1] ?? 'null')

describe('web app', () => {
  test('Every path below /app/ is the page, for browsers', async () => {
    const url = await open({ app, identity: demo('http://localhost:4080') })
    for (const path of ['/app/', '/app/accounts/1?code=2', '/app/no/such/screen'])
      expect((await fetch(`${url}${path}`, { headers: html })).status).toBe(200)
    for (const path of ['/', '/apps', '/app/assets/none.js']) expect((await fetch(`${url}${path}`)).status).toBe(404)
    expect((await fetch(`${url}/app/`, { method: 'POST', headers: html })).status).toBe(404)
    const bare = await fetch(`${url}/app`, { redirect: 'manual' })
    expect([bare.status, bare.headers.get('location')]).toEqual([308, '/app/'])
  })

  test('Files of the web app are cached for good, and its page is revalidated', async () => {
    const url = await open({ app, identity: demo('http://localhost:4080') })
    const script = await fetch(`${url}/app/assets/Ab3-index.js`)
    expect([script.status, script.headers.get('cache-control')]).toEqual([200, 'public, max-age=31536000, immutable'])
    expect((await fetch(`${url}/app/`, { headers: html })).headers.get('cache-control')).toBe('no-cache')
  })

  test('The policy of the web app allows requests to the gateway and the issuer, and no inline scripts', async () => {
    const url = await open({ app, identity: demo('http://localhost:4080') })
    const policy = (await fetch(`${url}/app/`, { headers: html })).headers.get('content-security-policy') ?? ''
    expect(policy.split('; ')).toEqual(
      expect.arrayContaining([
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "connect-src 'self' http://localhost:4080",
      ]),
    )
    expect(policy).not.toMatch(/unsafe/)
  })

  test('The web app gets the issuer of its users: its own, otherwise that of the demo', async () => {
    const own = await open({ app: { ...app, issuer: 'https://id.example', clientId: 'b' }, identity: demo() })
    expect(told(await (await fetch(`${own}/app/`, { headers: html })).text())).toEqual({
      issuer: 'https://id.example',
      clientId: 'b',
      scope: 'openid profile',
    })
    const ofDemo = await open({ app, identity: demo('http://localhost:4080') })
    expect(told(await (await fetch(`${ofDemo}/app/`, { headers: html })).text())).toEqual({
      issuer: 'http://localhost:4080',
      clientId: 'web',
      scope: expect.stringMatching(/^openid profile banking:read banking:write banking:officer/),
    })
  })

  test.each([
    ['it is switched off', { app: { ...app, enabled: false }, identity: demo('http://localhost:4080') }],
    ['there is nowhere to sign in', { app, identity: demo() }],
    ['nobody can be known', { app, identity: undefined }],
  ])('It is not there where %s', async (_, settings) => {
    const url = await open(settings)
    expect((await fetch(`${url}/app/`, { headers: html })).status).toBe(404)
  })

  test('An app that was not built says how to build it', async () => {
    const url = await open({ app, identity: demo('http://localhost:4080') }, false)
    const answer = await fetch(`${url}/app/`, { headers: html })
    expect([answer.status, await answer.text()]).toEqual([503, expect.stringContaining('npm install')])
  })
})
