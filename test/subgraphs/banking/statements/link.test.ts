import { describe, expect, test } from '@jest/globals'
import { type DownloadGrant, downloadLinks, LINK_LIFETIME } from '../../../../subgraphs/banking/statements/link.ts'
import fc from '../../../support/fast-check.ts'

const now = new Date('2026-06-02T09:30:00Z')
const grant: DownloadGrant = {
  accountId: '99010110000001',
  format: 'CAMT_053',
  from: new Date('2026-05-01T00:00:00Z'),
  to: new Date('2026-06-01T00:00:00Z'),
  expiresAt: new Date(now.getTime() + LINK_LIFETIME),
  byteOrderMark: false,
}
const links = downloadLinks('the secret of the tests')
const link = links.make(grant)

describe('download link', () => {
  test('A link opens the file for which it was made', () => {
    expect(link).toMatch(/^\/downloads\/statements\/99010110000001\.xml\?/)
    expect(links.read(link, now)).toEqual(grant)
  })

  test('A link for a file with a byte-order mark is valid for that variant only', () => {
    const marked = links.make({ ...grant, format: 'CSV', byteOrderMark: true })
    expect(links.read(marked, now)).toEqual({ ...grant, format: 'CSV', byteOrderMark: true })
    expect(links.read(marked.replace('&byteOrderMark=true', ''), now)).toBeUndefined()
  })

  test('A link is valid until it expires, and not a moment longer', () => {
    expect(links.read(link, new Date(grant.expiresAt.getTime() - 1))).toEqual(grant)
    expect(links.read(link, grant.expiresAt)).toBeUndefined()
  })

  test.each([
    ['another account', (url: string) => url.replace('99010110000001', '99010110000002')],
    ['another format', (url: string) => url.replace('CAMT_053', 'CSV')],
    ['an earlier start', (url: string) => url.replace('2026-05-01', '2025-05-01')],
    ['a later end', (url: string) => url.replace('2026-06-01', '2026-06-02')],
    ['a longer life', (url: string) => url.replace('expires=2026', 'expires=2036')],
    ['a byte-order mark', (url: string) => `${url}&byteOrderMark=true`],
    ['no signature', (url: string) => url.replace(/&signature=.*/, '')],
    ['a shorter signature', (url: string) => url.slice(0, -1)],
    ['an unknown format', (url: string) => url.replace('CAMT_053', 'toString')],
    ['a path beside', (url: string) => url.replace('/downloads/', '/downloads/x/')],
  ])('A link does not open %s', (_name, change) => {
    const changed = change(link)
    expect(changed).not.toBe(link)
    expect(links.read(changed, now)).toBeUndefined()
  })

  test('A link with another secret is refused', () => {
    expect(downloadLinks('some other secret').read(link, now)).toBeUndefined()
  })

  test('Any other text is refused as a link, without an exception', () => {
    fc.assert(
      fc.property(fc.webPath(), fc.webQueryParameters(), (path, query) => {
        expect(links.read(`${path}?${query}`, now)).toBeUndefined()
      }),
    )
    expect(links.read('//', now)).toBeUndefined()
  })
})
