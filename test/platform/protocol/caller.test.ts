import { stat } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { base64url, SignJWT, UnsecuredJWT } from 'jose'
import { createVerifier, type VerifyAuthorization } from '../../../platform/protocol/caller.ts'
import { demoIdentity } from '../../../platform/protocol/demo-identity.ts'
import { newFolder } from '../../support/folder.ts'
import { type Algorithm, type IdentityProvider, startIdentityProvider } from '../../support/identity-provider.ts'

const coded = (code: string) => expect.objectContaining({ extensions: expect.objectContaining({ code }) })

describe('token of an identity provider', () => {
  let provider: IdentityProvider
  let verify: VerifyAuthorization
  beforeAll(async () => {
    provider = await startIdentityProvider()
    verify = await createVerifier({ issuers: [provider.settings()] })
  })
  afterAll(() => provider.close())

  test.each<Algorithm>(['RS256', 'EdDSA'])(
    'A token signed with %s gives the caller, its scopes and its expiry',
    async (algorithm) => {
      const exp = Math.floor(Date.now() / 1000) + 60
      const caller = await verify(`Bearer ${await provider.token({ sub: 'auth0|7', exp }, algorithm)}`)
      expect(caller).toMatchObject({
        id: 'auth0|7',
        scopes: new Set(['banking:read', 'banking:write']),
        expiresAt: exp * 1000,
        trustedUntil: exp * 1000 + 30_000,
        claims: { sub: 'auth0|7', exp, aud: provider.audience },
      })
    },
  )

  test('A request without the header has no caller', async () => {
    expect(await verify(undefined)).toBeUndefined()
    expect(await verify('')).toBeUndefined()
  })

  test('A token is accepted from a clock that is up to half a minute off', async () => {
    const now = Math.floor(Date.now() / 1000)
    for (const claims of [{ exp: now - 20 }, { nbf: now + 20 }])
      expect((await verify(`Bearer ${await provider.token(claims)}`))?.id).toBe('payer')
    for (const claims of [{ exp: now - 31 }, { nbf: now + 60 }])
      await expect(verify(`Bearer ${await provider.token(claims)}`)).rejects.toEqual(coded('UNAUTHENTICATED'))
  })

  const past = Math.floor(Date.now() / 1000) - 60
  test.each<[string, Record<string, unknown>]>([
    ['expired', { exp: past }],
    ['not valid yet', { nbf: past + 600 }],
    ['of another issuer', { iss: 'https://evil.example' }],
    ['for another audience', { aud: 'a shop' }],
    ['for several other audiences', { aud: ['a shop', 'a bank of another country'] }],
    ['without an audience', { aud: undefined }],
    ['without an issuer', { iss: undefined }],
    ['without a subject', { sub: undefined }],
    ['without an end', { exp: undefined }],
  ])('A token that is %s is refused', async (_what, claims) => {
    await expect(verify(`Bearer ${await provider.token(claims)}`)).rejects.toEqual(coded('UNAUTHENTICATED'))
  })

  test('A token that is forged in any way is refused', async () => {
    const [header = '', payload = '', signature = ''] = (await provider.token()).split('.')
    const officer = base64url.encode(
      JSON.stringify({ ...JSON.parse(Buffer.from(payload, 'base64url').toString()), sub: 'officer' }),
    )
    const key = new TextEncoder().encode('a shared secret of at least 32 bytes')
    const forged = [
      `Bearer ${header}.${officer}.${signature}`,
      `Bearer ${header}.${payload}.`,
      `Bearer ${new UnsecuredJWT({ sub: 'payer' }).setExpirationTime('1h').encode()}`,
      `Bearer ${await new SignJWT({ sub: 'payer' }).setProtectedHeader({ alg: 'HS256', kid: 'RS256' }).setExpirationTime('1h').sign(key)}`,
      'Bearer x',
      'Bearer ',
      'Basic cGF5ZXI6eA==',
      'payer',
    ]
    for (const authorization of forged) await expect(verify(authorization)).rejects.toEqual(coded('UNAUTHENTICATED'))
  })
})

test('A caller is not refused as unauthenticated when the key set is unreachable', async () => {
  const provider = await startIdentityProvider()
  const token = await provider.token()
  await provider.close()
  const verify = await createVerifier({ issuers: [provider.settings()] })
  await expect(verify(`Bearer ${token}`)).rejects.toEqual(coded('SERVICE_UNAVAILABLE'))
})

describe('demo identity', () => {
  let dataDir: string
  beforeAll(async () => {
    dataDir = await newFolder()
  })

  test('All processes of one folder share a key at once, readable by its owner only', async () => {
    const identities = await Promise.all(Array.from({ length: 8 }, () => demoIdentity(dataDir)))
    const verify = await createVerifier({ issuers: [], demo: { dataDir } })
    for (const identity of identities)
      expect((await verify(`Bearer ${await identity.sign('payer')}`))?.id).toBe('payer')
    expect((await stat(join(dataDir, 'demo-identity.json'))).mode & 0o777).toBe(0o600)
  })

  test('An officer has the scopes of an officer, and unknown callers are refused', async () => {
    const identity = await demoIdentity(dataDir)
    const verify = await createVerifier({ issuers: [], demo: { dataDir } })
    expect((await verify(`Bearer ${await identity.sign('officer')}`))?.scopes).toContain('banking:officer')
    await expect(identity.sign('__proto__')).rejects.toThrow('There is no demo caller')
  })

  test('A token of another folder is refused', async () => {
    const other = await newFolder()
    const verify = await createVerifier({ issuers: [], demo: { dataDir } })
    const token = await (await demoIdentity(other)).sign('payer')
    await expect(verify(`Bearer ${token}`)).rejects.toEqual(coded('UNAUTHENTICATED'))
  })
})
