import { describe, expect, test } from '@jest/globals'
import { SIGNATURE_LIFETIME, type SignedRequest, sign, verifySignature } from '../../../platform/protocol/signature.ts'
import fc from '../../support/fast-check.ts'

const SECRET = 'a secret of the tests'
const optional = fc.option(fc.string(), { nil: undefined })
const signedRequest: fc.Arbitrary<SignedRequest> = fc.record({
  method: fc.constantFrom('GET', 'POST'),
  path: fc.webPath(),
  body: fc.string(),
  authorization: optional,
  perspective: optional,
  requestId: optional,
  callId: optional,
  claims: fc.option(fc.array(fc.tuple(fc.string(), fc.string()), { maxLength: 2 }), { nil: undefined }),
})

/** A request that is signed without a caller. */
const request = {
  method: 'POST',
  path: '/graphql',
  body: '{}',
  authorization: undefined,
  perspective: undefined,
  requestId: undefined,
}

describe('signature between gateway and services', () => {
  test('A signature is valid for exactly the request that was signed', () => {
    fc.assert(
      fc.property(signedRequest, fc.nat(), (request, now) => {
        expect(verifySignature(SECRET, request, sign(SECRET, request, now), now)).toBe(true)
      }),
    )
  })

  test('A signature is invalid when any part of the request differs', () => {
    fc.assert(
      fc.property(signedRequest, signedRequest, fc.nat(), (request, other, now) => {
        fc.pre(JSON.stringify(Object.entries(request).sort()) !== JSON.stringify(Object.entries(other).sort()))
        expect(verifySignature(SECRET, other, sign(SECRET, request, now), now)).toBe(false)
      }),
    )
  })

  test.each<keyof SignedRequest>(['method', 'path', 'body', 'authorization', 'perspective', 'requestId', 'callId'])(
    'A signature covers the %s',
    (part) => {
      const request = {
        method: 'POST',
        path: '/graphql',
        body: '{}',
        authorization: 'a',
        perspective: 'b',
        requestId: 'c',
        callId: 'd',
      }
      expect(verifySignature(SECRET, { ...request, [part]: 'changed' }, sign(SECRET, request))).toBe(false)
    },
  )

  test('A signature is valid for 30 seconds either way and not a millisecond longer', () => {
    const now = 1_800_000_000_000
    const signature = sign(SECRET, request, now)
    expect(SIGNATURE_LIFETIME).toBe(30_000)
    for (const age of [-30_000, 0, 30_000]) expect(verifySignature(SECRET, request, signature, now + age)).toBe(true)
    for (const age of [-30_001, 30_001]) expect(verifySignature(SECRET, request, signature, now + age)).toBe(false)
  })

  test('A malformed signature or one with another secret is refused, without an exception', () => {
    expect(verifySignature(SECRET, request, sign('another secret', request))).toBe(false)
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.constant(undefined)), (junk) => {
        expect(verifySignature(SECRET, request, junk)).toBe(false)
      }),
    )
  })
})
