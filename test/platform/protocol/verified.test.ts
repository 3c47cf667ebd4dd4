import { expect, jest, test } from '@jest/globals'
import type { Caller } from '../../../platform/protocol/caller.ts'
import { codedError } from '../../../platform/protocol/errors.ts'
import { rememberVerified } from '../../../platform/protocol/verified.ts'
import { type StoppedClock, stopClock } from '../../support/clock.ts'

const MINUTE = 60_000 // milliseconds

/**
 * A verifier whose tokens are valid for `life` milliseconds; `bad` is invalid, and '' is no token.
 */
function verifier(life: number) {
  const asked: (string | undefined)[] = []
  const verified = rememberVerified(async (authorization) => {
    asked.push(authorization)
    if (authorization === 'bad') throw codedError('UNAUTHENTICATED', 'The token is not valid.')
    const caller: Caller = {
      id: authorization ?? '',
      scopes: new Set(),
      expiresAt: 0,
      trustedUntil: Date.now() + life,
      claims: {},
    }
    return authorization === '' ? undefined : caller
  })
  return { ...verified, asked }
}

async function withStoppedClock(run: (clock: StoppedClock) => Promise<void>): Promise<void> {
  using clock = stopClock()
  await run(clock)
}

test('A verified token is cached for its own caller only', async () => {
  const { known, verify } = verifier(MINUTE)
  expect(known('one')).toBeUndefined()
  expect((await verify('one'))?.id).toBe('one')
  expect(known('one')?.id).toBe('one')
  expect([known('on'), known('one '), known(undefined), known('')]).toEqual(Array.from({ length: 4 }))
})

test('Refused tokens and requests without a token are not cached', async () => {
  const { known, verify, asked } = verifier(MINUTE)
  for (let count = 0; count < 2; count += 1) {
    await expect(verify('bad')).rejects.toThrow('not valid')
    expect(await verify(undefined)).toBeUndefined()
  }
  expect(asked).toEqual(['bad', '', 'bad', ''])
  expect([known('bad'), known('')]).toEqual([undefined, undefined])
})

test('A verified token is cached until it expires', () =>
  withStoppedClock(async (clock) => {
    const { known, verify } = verifier(MINUTE)
    await verify('one')
    await clock.step(MINUTE - 1)
    expect(known('one')?.id).toBe('one')
    await clock.step(1)
    expect(known('one')).toBeUndefined()
  }))

test('A long-lived token is verified again after five minutes: its key may have been revoked', () =>
  withStoppedClock(async (clock) => {
    const { known, verify } = verifier(1_000 * MINUTE)
    await verify('one')
    await clock.step(5 * MINUTE - 1)
    expect(known('one')?.id).toBe('one')
    await clock.step(2)
    expect(known('one')).toBeUndefined()
  }))

test('A clock that is set back does not prolong the cache of a token', () =>
  withStoppedClock(async (clock) => {
    const { known, verify } = verifier(1_000 * MINUTE)
    await verify('one')
    await clock.step(4 * MINUTE)
    jest.setSystemTime(Date.now() - 60 * MINUTE)
    expect(known('one')?.id).toBe('one')
    await clock.step(MINUTE)
    expect(known('one')).toBeUndefined()
  }))

test('The number of cached tokens is limited: the least recently used one is evicted', async () => {
  const { known, verify } = verifier(MINUTE)
  const token = (number: number): string => `${number}`.padStart(64 * 1024, 't')
  for (let number = 0; number < 200; number += 1) {
    await verify(token(number))
    known(token(0))
  }
  const kept = Array.from({ length: 200 }, (_, number) => known(token(number)) !== undefined)
  expect([kept[0], kept[1], kept[199]]).toEqual([true, false, true])
  expect(kept.filter(Boolean).length).toBeLessThan(130)
})
