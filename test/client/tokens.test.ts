/** When a connection asks for a token, and how often. */
import { describe, expect, jest, test } from '@jest/globals'
import { createTokens, type GetToken, subjectOf } from '../../client/connection/tokens.ts'

const MINUTE = 60_000

/** Counts what is asked for, and what is new. */
function counted(get: GetToken) {
  const asked: (string | undefined)[] = []
  let news = 0
  const tokens = createTokens(
    (refused) => {
      asked.push(refused)
      return get(refused)
    },
    () => {
      news += 1
    },
  )
  return { tokens, asked, news: () => news }
}

const jwt = (claims: object): string => `e30.${Buffer.from(JSON.stringify(claims)).toString('base64url')}.x`
const inMinutes = (minutes: number): number => Date.now() + minutes * MINUTE

describe('tokens', () => {
  test('A token is requested once for all simultaneous and later callers', async () => {
    const { tokens, asked, news } = counted(async () => ({ value: 'a', expiresAt: inMinutes(10) }))
    expect(await Promise.all([tokens.current(), tokens.current()])).toEqual(['a', 'a'])
    expect(await tokens.current()).toBe('a')
    expect([asked, news()]).toEqual([[undefined], 1])
  })

  test('A JWT says itself when it ends, and is renewed 30 seconds before', async () => {
    const clock = jest.spyOn(Date, 'now').mockReturnValue(1_000_000)
    const { tokens, asked } = counted(() => jwt({ exp: Date.now() / 1000 + 600 }))
    const first = await tokens.current()
    clock.mockReturnValue(1_000_000 + 569_999)
    expect(await tokens.current()).toBe(first)
    clock.mockReturnValue(1_000_000 + 570_000)
    expect(await tokens.current()).not.toBe(first)
    clock.mockRestore()
    expect(asked.length).toBe(2)
  })

  test('A new one that seems to have ended is used as long as it is taken: the clock here is wrong', async () => {
    const { tokens, asked } = counted(() => ({ value: 'a', expiresAt: inMinutes(-60) }))
    expect([await tokens.current(), await tokens.current()]).toEqual(['a', 'a'])
    expect(asked.length).toBe(1)
  })

  test('A refused token is renewed once for all of its callers', async () => {
    let number = 0
    const { tokens, asked } = counted(() => `t${++number}`)
    await tokens.current()
    expect(await Promise.all([tokens.current('t1'), tokens.current('t1')])).toEqual(['t2', 't2'])
    expect(await tokens.current('t1')).toBe('t2')
    expect(asked).toEqual([undefined, 't1'])
  })

  test('The same token again counts as none', async () => {
    const { tokens } = counted(() => 'same')
    expect(await tokens.current()).toBe('same')
    expect(await tokens.current('same')).toBeUndefined()
  })

  test('Who signs out while one is asked for stays signed out', async () => {
    let give: ((token: string) => void) | undefined
    const { tokens, news } = counted(
      () =>
        new Promise<string>((resolve) => {
          give = resolve
        }),
    )
    const asking = tokens.current()
    tokens.forget()
    give?.('late')
    expect([await asking, tokens.last(), news()]).toEqual([undefined, undefined, 0])
  })

  test('A failure is the caller’s to know, and the next one asks again', async () => {
    let isOffline = true
    const { tokens } = counted(() => {
      if (isOffline) throw new TypeError('fetch failed')
      return 'a'
    })
    await expect(tokens.current()).rejects.toThrow('fetch failed')
    isOffline = false
    expect(await tokens.current()).toBe('a')
  })

  test.each([
    [jwt({ sub: 'José' }), 'José'],
    [jwt({}), undefined],
    ['opaque', undefined],
    ['a.%%%.c', undefined],
    ['', undefined],
  ])('The subject of %j is %j', (token, subject) => {
    expect(subjectOf(token)).toBe(subject)
  })
})
