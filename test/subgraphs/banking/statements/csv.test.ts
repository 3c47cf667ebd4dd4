import { describe, expect, test } from '@jest/globals'
import { columns, csv } from '../../../../subgraphs/banking/statements/csv.ts'
import fc from '../../../support/fast-check.ts'
import { changes, entries, entry, fileOf, statementOf } from './samples.ts'

/** A strict reader of RFC 4180; throws at anything that it does not allow. */
function readCsv(text: string): string[][] {
  const cell = /(?:"((?:[^"]|"")*)"|([^",\r\n]*))(,|\r\n)/y
  const rows: string[][] = []
  let row: string[] = []
  while (cell.lastIndex < text.length) {
    const at = cell.lastIndex
    const match = cell.exec(text)
    if (!match) throw new SyntaxError(`not CSV at ${at}: ${JSON.stringify(text.slice(at, at + 40))}`)
    row.push(match[1]?.replaceAll('""', '"') ?? match[2] ?? '')
    if (match[3] === ',') continue
    rows.push(row)
    row = []
  }
  return rows
}

describe('statement as CSV', () => {
  test('The CSV is readable', async () => {
    const second = { ...entry, id: '43', amount: 50n, balanceAfter: 8_750n, merchant: null, reference: null }
    expect(await fileOf(csv, statementOf([entry, second]))).toBe(
      [
        'posted_at,entry_id,transfer_id,counterparty_name,counterparty_number,reference,merchant,category,amount,currency,balance,end_to_end_id',
        '2026-05-03T12:00:00.500Z,42,41,Bistro,IE83TRIB99010110000002,"Lunch, ""two""",Bistro Sol,RESTAURANT,-13.00,EUR,87.00,',
        '2026-05-03T12:00:00.500Z,43,41,Bistro,IE83TRIB99010110000002,,,,0.50,EUR,87.50,',
        '',
      ].join('\r\n'),
    )
  })

  test('The CSV follows RFC 4180 whatever the text, one row an entry, every row with every column', async () => {
    await fc.assert(
      fc.asyncProperty(entries, changes, async (list, header) => {
        const [head, ...rows] = readCsv(await fileOf(csv, statementOf(list, header)))
        expect(head).toEqual([...columns])
        expect(rows).toHaveLength(list.length)
        expect(rows.every((row) => row.length === columns.length)).toBe(true)
        expect(rows.map((row) => row[1])).toEqual(list.map(({ id }) => id))
      }),
    )
  })

  test('A CSV keeps every text, but no text cell is a formula', async () => {
    await fc.assert(
      fc.asyncProperty(entries, async (list) => {
        const [, ...rows] = readCsv(await fileOf(csv, statementOf(list)))
        for (const [index, row] of rows.entries()) {
          const reference = list[index]?.reference ?? ''
          expect(row[5]?.replaceAll("'", '')).toBe(reference.replaceAll("'", ''))
          for (const cell of row.slice(3, 8)) expect(cell).not.toMatch(/^\s*[=+\-@\t\r＝＋－＠]/)
        }
      }),
    )
  })

  test.each([
    ['plain', 'a;=1+1;b', "a;'=1+1;b"],
    ['behind blanks', 'a; \u00a0＠SUM(A1)', "a;' \u00a0＠SUM(A1)"],
    ['quoted', 'a;"=1+1;b"', `a;'"=1+1;b"`],
    ['in the first cell, too', '-1;+1', "'-1;'+1"],
    ['not there', 'a - b; c=d; e', 'a - b; c=d; e'],
  ])(
    'A formula behind a semicolon, where spreadsheets begin a cell, is text: %s',
    async (_what, reference, written) => {
      const [, row] = readCsv(await fileOf(csv, statementOf([{ ...entry, reference, endToEndId: reference }])))
      expect([row?.[5], row?.[11]]).toEqual([written, written])
    },
  )

  test.each([
    ['EUR', '-1234567890123.45', -123_456_789_012_345n],
    ['JPY', '-123456789012345', -123_456_789_012_345n],
    ['KWD', '-123456789012.345', -123_456_789_012_345n],
    ['EUR', '0.05', 5n],
    ['KWD', '-0.005', -5n],
  ])('Amounts in %s are written as %s', async (currency, expected, amount) => {
    const { account } = statementOf([]).header
    const text = await fileOf(csv, statementOf([{ ...entry, amount }], { account: { ...account, currency } }))
    expect(readCsv(text)[1]?.[8]).toBe(expected)
  })
})
