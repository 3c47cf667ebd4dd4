import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { SettingsError } from '../../../../platform/process/settings.ts'
import { banking } from '../../../../subgraphs/banking/main.ts'
import { startService } from '../../../../subgraphs/shared/serve.ts'
import { type IdentityProvider, startIdentityProvider } from '../../../support/identity-provider.ts'
import { signedCall, signedFetch } from '../../../support/signed-call.ts'
import { codesOf, startSeededBanking, type TestService } from '../support/service.ts'

let staff: IdentityProvider
let customers: IdentityProvider
let service: TestService
beforeAll(async () => {
  staff = await startIdentityProvider('https://staff.example')
  customers = await startIdentityProvider('https://customers.example')
  const issuers = [
    { issuer: staff.issuer, jwks: staff.jwksUrl, audience: [staff.audience, 'another'] },
    {
      issuer: customers.issuer,
      jwks: customers.jwksUrl,
      audience: customers.audience,
      algorithms: ['RS256'],
      scopes: { claim: ['bank', 'may'], form: 'list' },
      clockSkew: 0,
    },
  ]
  service = await startSeededBanking({ IDENTITY_ISSUERS: JSON.stringify(issuers) })
})
afterAll(async () => {
  await service.stop()
  await Promise.all([staff.close(), customers.close()])
})

const ask = async (token: string): Promise<unknown> => {
  const answer = await signedCall(service.url, { query: '{ me { id } }', authorization: `Bearer ${token}` })
  return answer.data?.['me'] ?? codesOf(answer)[0]
}

test('Banking verifies the tokens of several issuers by the same settings as the gateway', async () => {
  expect(await ask(await staff.token())).toEqual({ id: 'payer' })
  expect(await ask(await staff.token({ aud: 'another' }, 'EdDSA'))).toEqual({ id: 'payer' })
  const claims = { scope: undefined, bank: { may: ['banking:read'] } }
  expect(await ask(await customers.token(claims))).toEqual({ id: 'payer' })
  expect(await ask(await customers.token())).toBe('FORBIDDEN')
  const past = Math.floor(Date.now() / 1000) - 10
  expect(await ask(await staff.token({ exp: past }))).toEqual({ id: 'payer' })
  for (const token of [
    await customers.token(claims, 'EdDSA'),
    await customers.token({ ...claims, exp: past }),
    await customers.token({ ...claims, aud: 'another' }),
    await customers.token({ iss: staff.issuer }),
    await service.token('payer').then((demo) => demo.replace('Bearer ', '')),
  ])
    expect(await ask(token)).toBe('UNAUTHENTICATED')
})

test.each([
  ['a year', 365 * 86_400],
  ['a time that is not whole', 3_600.123_456],
])('A stream continues under a token that is valid for %s', async (_long, seconds) => {
  const tokenOf = async (sub: string) => `Bearer ${await staff.token({ sub, exp: Date.now() / 1000 + seconds })}`
  const authorization = await tokenOf('payer')
  const accountOf = async (token: string) => {
    const query = '{ me { accounts(first: 1) { edges { node { id number activityCursor } } } } }'
    return (await signedCall(service.url, { query, authorization: token })).data.me.accounts.edges[0].node
  }
  const [from, to] = [await accountOf(authorization), await accountOf(await tokenOf('payee'))]
  const stream = await signedFetch(
    service.url,
    {
      query: 'subscription ($after: String) { accountActivity(after: $after) { kind } }',
      variables: { after: from.activityCursor },
      authorization,
    },
    { accept: 'text/event-stream' },
  )
  const input = { idempotencyKey: randomUUID(), from: from.id, to: to.number, amount: '1', currency: 'EUR' }
  const query = 'mutation ($input: TransferInput!) { transfer(input: $input) { __typename } }'
  await signedCall(service.url, { query, variables: { input }, authorization })
  let told = ''
  for await (const piece of stream.body?.pipeThrough(new TextDecoderStream()) ?? []) {
    told += piece
    if (/data: .*\n/.test(told)) break
  }
  expect(told).toContain('{"data":{"accountActivity":{"kind":"TRANSFER_POSTED"}}}')
})

test.each<[string, string[]]>([
  ['[', ['IDENTITY_ISSUERS: ']],
  [
    '[{"issuer":"a","jwks":"a","audience":"a","skew":1}]',
    ['IDENTITY_ISSUERS: [0].jwks: must be an absolute', 'IDENTITY_ISSUERS: [0]: Unrecognized key: "skew"'],
  ],
])('Banking refuses wrong issuer settings with an explanation: %s', async (IDENTITY_ISSUERS, faults) => {
  const env = { GATEWAY_SECRET: 'a secret of sixteen', DATABASE_URL: 'postgresql://127.0.0.1:1/none', IDENTITY_ISSUERS }
  const error = await startService(banking, env).catch((caught: unknown) => caught)
  expect(error).toBeInstanceOf(SettingsError)
  const { faults: found } = error as SettingsError
  expect(found.map((fault, index) => fault.startsWith(faults[index] ?? '?'))).toEqual(faults.map(() => true))
})
