/** The demo's provider and who signs in there. */
import { execFile, fork } from 'node:child_process'
import { createHash, randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { request } from 'node:http'
import { text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { describe, expect, test } from '@jest/globals'
import { decodeJwt } from 'jose'
import { keepScreenshot } from '../gateway/playground/browser.ts'
import { makeDataFolder } from '../support/data-folder.ts'
import { ask, verdict } from '../support/gateway.ts'
import { announced } from '../support/processes.ts'
import { until } from '../support/until.ts'
import { browser, inFull, product } from './world.ts'

const APP = 'http://localhost:5173/back'
const ALL = 'openid profile banking:read banking:write banking:officer'

/** In seconds. */
const SHORT = { IDENTITY_DEMO_TOKEN_LIFETIME: '1', IDENTITY_DEMO_SESSION_LIFETIME: '3' }

interface Tokens {
  readonly access_token: string
  readonly refresh_token: string
  readonly id_token: string
  readonly scope: string
}

/** Another provider than that of the product. */
let elsewhere: string | undefined
const identityUrl = (): string => elsewhere ?? product().identityUrl

/** Follows no redirect and keeps cookies, as long as a test. */
function openBrowser() {
  const cookies = new Map<string, string>()
  return async (url: string, init: RequestInit = {}): Promise<Response> => {
    const cookie = [...cookies].map(([name, value]) => `${name}=${value}`).join('; ')
    const response = await fetch(new URL(url, identityUrl()), {
      redirect: 'manual',
      ...init,
      headers: { cookie },
    })
    for (const line of response.headers.getSetCookie()) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(line) ?? []
      if (value === '') cookies.delete(name)
      else cookies.set(name, value)
    }
    return response
  }
}

type Browser = ReturnType<typeof openBrowser>

const target = ({ headers }: Response): string => headers.get('location') ?? ''

const digest = (text: string): string => createHash('sha256').update(text).digest('base64url')

function authorizationUrl(verifier: string, more: Record<string, string> = {}): string {
  const parameters = {
    client_id: 'web',
    response_type: 'code',
    redirect_uri: APP,
    scope: ALL,
    state: 'a state',
    code_challenge: digest(verifier),
    code_challenge_method: 'S256',
    ...more,
  }
  return `/auth?${new URLSearchParams(parameters)}`
}

const post = (path: string, form: Record<string, string>, headers: Record<string, string> = {}): Promise<Response> =>
  fetch(identityUrl() + path, { method: 'POST', headers, body: new URLSearchParams(form) })

const exchange = (code: string, verifier: string): Promise<Response> =>
  post('/token', {
    grant_type: 'authorization_code',
    client_id: 'web',
    redirect_uri: APP,
    code,
    code_verifier: verifier,
  })

interface Refusal {
  readonly status: number | undefined
  readonly type: string | undefined
  readonly body: string
}

/** Uses a host name that `fetch` would not send. */
function refusalAt(name: string, path = '/auth', accept = '*/*'): Promise<Refusal> {
  const { port } = new URL(identityUrl())
  const headers = { host: `${name}:${port}`, accept }
  return new Promise((resolve, reject) => {
    const call = request({ port, host: '127.0.0.1', path, headers }, async (response) => {
      const { statusCode: status, headers } = response
      resolve({ status, type: headers['content-type'], body: await text(response) })
    })
    call.on('error', reject).end()
  })
}

/** Everything that an application and its visitor do. */
async function signIn(browser: Browser, person: string): Promise<Tokens> {
  const verifier = randomBytes(32).toString('base64url')
  const page = target(await browser(authorizationUrl(verifier)))
  expect(await (await browser(page)).text()).toContain('Ana Ribeiro')
  const resumed = await browser(target(await browser(page, { method: 'POST', body: new URLSearchParams({ person }) })))
  const back = new URL(target(resumed))
  expect([back.origin + back.pathname, back.searchParams.get('state')]).toEqual([APP, 'a state'])
  const answer = await exchange(back.searchParams.get('code') ?? '', verifier)
  expect(answer.status).toBe(200)
  return (await answer.json()) as Tokens
}

const refresh = (token: string): Promise<Response> =>
  post('/token', { grant_type: 'refresh_token', client_id: 'web', refresh_token: token })

const asks = async (token: string, query = '{ me { id } }'): Promise<string> => {
  const answer = await ask(product().url, query, { authorization: `Bearer ${token}` })
  return answer.errors ? verdict(answer) : JSON.stringify(answer.data)
}

describe('the provider of npm start', () => {
  test('Signs a customer in with the code flow, and gateway and banking accept the token', async () => {
    const tokens = await signIn(openBrowser(), 'payer')
    expect(await asks(tokens.access_token)).toBe('{"me":{"id":"payer"}}')
    expect(tokens.scope.split(' ').sort()).toEqual(['banking:read', 'banking:write'])
    expect(decodeJwt(tokens.id_token)).toMatchObject({ sub: 'payer', name: 'Ana Ribeiro', iss: identityUrl() })
    const officer = await signIn(openBrowser(), 'officer')
    expect(officer.scope).toContain('banking:officer')
  })

  test('A token of the command line is accepted beside its own, and an ID token is not', async () => {
    const [, byHand = ''] = (await product().authorization('payer')).split(' ')
    expect(await asks(byHand)).toBe('{"me":{"id":"payer"}}')
    expect(await asks((await signIn(openBrowser(), 'payer')).id_token)).toBe('401 UNAUTHENTICATED')
  })

  test('A refresh token is used once: its second use ends the whole sign-in', async () => {
    const first = await signIn(openBrowser(), 'payee')
    const second = (await (await refresh(first.refresh_token)).json()) as Tokens
    expect(await asks(second.access_token)).toBe('{"me":{"id":"payee"}}')
    expect(second.refresh_token).not.toBe(first.refresh_token)
    const third = (await (await refresh(second.refresh_token)).json()) as Tokens
    expect((await refresh(first.refresh_token)).status).toBe(400)
    expect((await refresh(third.refresh_token)).status).toBe(400)
  })

  test('An application can take its refresh token back', async () => {
    const { refresh_token: token } = await signIn(openBrowser(), 'payee')
    const other = { client_id: 'service', client_secret: 'service' }
    await post('/token/revocation', { token, ...other })
    const { refresh_token: next } = (await (await refresh(token)).json()) as Tokens
    expect((await post('/token/revocation', { token: next, client_id: 'web' })).status).toBe(200)
    expect((await refresh(next)).status).toBe(400)
  })

  test('A server gets a token of its own, for what it may do and no more', async () => {
    const secret = { client_id: 'service', client_secret: 'service' }
    const form = { grant_type: 'client_credentials', scope: 'content:preview banking:officer' }
    const { access_token: token, scope } = (await (await post('/token', { ...form, ...secret })).json()) as Tokens
    expect([scope, decodeJwt(token).sub]).toEqual(['content:preview', 'service'])
    expect(await asks(token, '{ articles(first: 1) { edges { node { title } } } }')).toMatch(/^{"articles"/)
    expect(await asks(token)).toMatch(/^200 (FORBIDDEN|UNAUTHENTICATED)$/)
    expect((await post('/token', { ...form, ...secret, client_secret: 'guessed' })).status).toBe(401)
  })

  test('Signing out ends the session and its refresh tokens, and leads back to the application', async () => {
    const browser = openBrowser()
    const tokens = await signIn(browser, 'payer')
    const again = target(await browser(authorizationUrl('again')))
    expect(again.startsWith(`${APP}?code=`)).toBe(true)
    const back = 'http://localhost:5173/bye'
    const hints = new URLSearchParams({ id_token_hint: tokens.id_token, post_logout_redirect_uri: back })
    const page = await (await browser(`/session/end?${hints}`)).text()
    const [, xsrf = ''] = /name="xsrf" value="(\w+)"/.exec(page) ?? []
    const form = new URLSearchParams({ xsrf, logout: 'yes' })
    expect(target(await browser('/session/end/confirm', { method: 'POST', body: form }))).toBe(back)
    expect((await refresh(tokens.refresh_token)).status).toBe(400)
    expect(target(await browser(authorizationUrl('again')))).toMatch(/^\/sign-in\//)
  })

  test('What an attacker would try is refused', async () => {
    const browser = openBrowser()
    const verifier = randomBytes(32).toString('base64url')
    for (const more of [
      { redirect_uri: 'https://evil.example/' },
      { redirect_uri: 'http://localhost.evil.example/' },
      { redirect_uri: 'javascript://localhost/%0aalert(1)' },
      { client_id: 'unknown' },
    ] as Record<string, string>[]) {
      const answer = await browser(authorizationUrl(verifier, more))
      expect([more, answer.status, target(answer)]).toEqual([more, 400, ''])
    }
    const plain = target(await browser(authorizationUrl(verifier, { code_challenge_method: 'plain' })))
    expect(new URL(plain).searchParams.get('error')).toBe('invalid_request')
    const page = target(await browser(authorizationUrl(verifier)))
    const stranger = openBrowser()
    expect((await stranger(page, { method: 'POST', body: new URLSearchParams({ person: 'payer' }) })).status).toBe(400)
    expect((await browser(page, { method: 'POST', body: new URLSearchParams({ person: 'root' }) })).status).toBe(400)
    const resumed = await browser(
      target(await browser(page, { method: 'POST', body: new URLSearchParams({ person: 'payer' }) })),
    )
    const code = new URL(target(resumed)).searchParams.get('code') ?? ''
    expect((await exchange(code, 'another verifier of at least forty-three characters')).status).toBe(400)
  })

  test('A sign-in that is over leads to the application that began it, and one that nobody began nowhere', async () => {
    const browser = openBrowser()
    const page = target(await browser(authorizationUrl('a verifier')))
    const chosen = { method: 'POST', body: new URLSearchParams({ person: 'payer' }) }
    await browser(target(await browser(page, chosen)))
    for (const init of [{}, chosen]) {
      const answer = await browser(page, init)
      expect([answer.status, target(answer)]).toEqual([303, APP])
    }
    const to = new URLSearchParams({ redirect_uri: 'https://evil.example/' })
    for (const path of ['/sign-in/none', `/sign-in/none?${to}`, `/sign-in/${APP}`]) {
      const answer = await browser(path)
      expect([path, answer.status, target(answer)]).toEqual([path, 400, ''])
    }
  })

  test('Pages of this machine may use it, and those of others may not', async () => {
    const allowed = async (origin: string): Promise<string | null> =>
      (await post('/token', { client_id: 'web' }, { origin })).headers.get('access-control-allow-origin')
    expect(await allowed('http://localhost:5173')).toBe('http://localhost:5173')
    for (const origin of ['https://evil.example', 'http://localhost.evil.example', 'null'])
      expect([origin, await allowed(origin)]).toEqual([origin, null])
    expect(await refusalAt('evil.example')).toMatchObject({ status: 403 })
  })

  test('Another host and an unknown address are refused by a page for browsers, and as OAuth has it for programs', async () => {
    for (const [status, host, path] of [
      [403, 'evil.example', '/auth'],
      [404, 'localhost', '/none'],
      [404, 'localhost', '/.well-known/none'],
    ] as const) {
      expect(await refusalAt(host, path, 'text/html,*/*;q=0.8')).toEqual({
        status,
        type: 'text/html; charset=utf-8',
        body: expect.stringContaining('That did not work'),
      })
      const { body, ...answer } = await refusalAt(host, path, '*/*')
      expect(answer).toEqual({ status, type: 'application/json; charset=utf-8' })
      expect(JSON.parse(body)).toEqual({ error: 'invalid_request', error_description: expect.any(String) })
    }
  })
})

inFull('A sign-in ends after its lifetime, and its refresh token with it', async () => {
  const folder = await makeDataFolder()
  const program = fileURLToPath(new URL('../../start/identity/main.ts', import.meta.url))
  const child = fork(program, { execArgv: [], env: { ...process.env, DATA_DIR: folder.path, PORT: '0', ...SHORT } })
  const ended = once(child, 'exit')
  elsewhere = await announced(child)
  try {
    const { access_token: token, refresh_token } = await signIn(openBrowser(), 'payer')
    const { iat = 0, exp = 0 } = decodeJwt(token)
    expect(exp - iat).toBe(Number(SHORT.IDENTITY_DEMO_TOKEN_LIFETIME))
    let last = refresh_token
    await until(async () => {
      const answer = await refresh(last)
      const { refresh_token: next, error } = (await answer.json()) as Partial<Tokens> & { error?: string }
      last = next ?? last
      return answer.status === 400 && error === 'invalid_grant'
    })
  } finally {
    elsewhere = undefined
    child.kill('SIGTERM')
    await ended
    await folder.remove()
  }
})

test('The provider does not start in production', async () => {
  const program = fileURLToPath(new URL('../../start/identity/main.ts', import.meta.url))
  const { PATH = '' } = process.env
  const run = promisify(execFile)(process.execPath, [program], { env: { PATH, NODE_ENV: 'production', PORT: '0' } })
  await expect(run).rejects.toMatchObject({ code: 1, stderr: expect.stringContaining('production') })
})

test('In a browser the page fits a narrow window, breaks no policy and leads to the application', async () => {
  const page = await browser().newPage({ viewport: { width: 375, height: 667 } })
  const complaints: string[] = []
  page.on('console', (message) => complaints.push(message.text()))
  const application = `${product().url}/`
  await page.goto(identityUrl() + authorizationUrl('any', { redirect_uri: application }))
  await keepScreenshot(page, 'sign-in')
  expect(await page.evaluate('document.documentElement.scrollWidth <= innerWidth')).toBe(true)
  expect(complaints).toEqual([])
  await page.getByRole('button', { name: 'Brendan Walsh' }).click()
  await page.waitForURL((url) => url.href.startsWith(`${application}?code=`))
  await page.close()
})
