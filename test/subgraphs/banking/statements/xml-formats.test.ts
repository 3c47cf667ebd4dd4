import { describe, expect, test } from '@jest/globals'
import { camt053 } from '../../../../subgraphs/banking/statements/camt053.ts'
import { ofx } from '../../../../subgraphs/banking/statements/ofx.ts'
import { fits } from '../../../../subgraphs/banking/statements/statement.ts'
import fc from '../../../support/fast-check.ts'
import { camt053Grammar } from './camt053-grammar.ts'
import { faults, type Node, parseXml } from './grammar.ts'
import { ofxGrammar } from './ofx-grammar.ts'
import { changes, entries, entry, fileOf, header, statementOf } from './samples.ts'

const find = (node: Node, ...path: readonly string[]): Node | undefined =>
  path.reduce<Node | undefined>((found, name) => found?.children.find((child) => child.name === name), node)
const all = (node: Node, name: string): Node[] =>
  node.children.flatMap((child) => (child.name === name ? [child] : all(child, name)))

describe('camt.053.001.08', () => {
  test('A camt.053 file has the order, the counts and the types of the schema, whatever the entries', async () => {
    await fc.assert(
      fc.asyncProperty(entries, changes, async (list, change) => {
        const document = parseXml(await fileOf(camt053, statementOf(list, change)))
        expect(document.attributes).toEqual({ xmlns: 'urn:iso:std:iso:20022:tech:xsd:camt.053.001.08' })
        expect(faults({ ...document, attributes: {} }, 'Document', camt053Grammar)).toEqual([])
        expect(all(document, 'Ntry')).toHaveLength(list.length)
      }),
    )
  })

  test('An overdrawn balance has its indicator, and amounts have the digits of the currency', async () => {
    const account = { ...header.account, currency: 'KWD' }
    const document = parseXml(await fileOf(camt053, statementOf([entry], { account, closing: -1_300n })))
    const [opening, closing] = all(document, 'Bal').map((balance) => ({
      code: find(balance, 'Tp', 'CdOrPrtry', 'Cd')?.text,
      amount: find(balance, 'Amt')?.text,
      currency: find(balance, 'Amt')?.attributes['Ccy'],
      indicator: find(balance, 'CdtDbtInd')?.text,
    }))
    expect(opening).toEqual({ code: 'OPBD', amount: '10.000', currency: 'KWD', indicator: 'CRDT' })
    expect(closing).toEqual({ code: 'CLBD', amount: '1.300', currency: 'KWD', indicator: 'DBIT' })
  })

  test('An amount of more than 18 digits is refused with a reason', async () => {
    const most = 10n ** 18n - 1n
    const sums = { opening: -most, closing: most, credits: { count: 1, sum: most }, debits: { count: 0, sum: 0n } }
    const document = parseXml(await fileOf(camt053, statementOf([{ ...entry, amount: most }], sums)))
    expect(faults({ ...document, attributes: {} }, 'Document', camt053Grammar)).toEqual([])
    expect(fits(camt053, sums)).toBe(true)
    expect(fits(camt053, { ...sums, opening: -most - 1n })).toBe(false)
    expect(fits(camt053, { ...sums, closing: most + 1n })).toBe(false)
    expect(fits(camt053, { ...sums, debits: { count: 1, sum: 1n } })).toBe(false)
    expect(fits(ofx, { ...sums, closing: 2n ** 63n - 1n })).toBe(true)
    const larger = parseXml(await fileOf(camt053, statementOf([{ ...entry, amount: most + 1n }], sums)))
    expect(faults({ ...larger, attributes: {} }, 'Document', camt053Grammar)).not.toEqual([])
  })

  test('The counterparty is the creditor of debits and the debtor of credits', async () => {
    const masked = { ...entry.counterparty, number: '••••••••••••••••••0002' }
    const incoming = { ...entry, amount: 50n, merchant: null, counterparty: masked, reversal: true }
    const document = parseXml(await fileOf(camt053, statementOf([entry, incoming])))
    const [left, came] = all(document, 'Ntry')
    const parties = (node?: Node) =>
      node && find(node, 'NtryDtls', 'TxDtls', 'RltdPties')?.children.map(({ name }) => name)
    expect(parties(left)).toEqual(['Cdtr', 'CdtrAcct'])
    expect(parties(came)).toEqual(['Dbtr', 'DbtrAcct'])
    expect(came && find(came, 'RvslInd')?.text).toBe('true')
    expect(left && find(left, 'RvslInd')).toBeUndefined()
  })
})

describe('OFX 2.2', () => {
  const prologue =
    '<?xml version="1.0" encoding="UTF-8" standalone="no"?>\n' +
    '<?OFX OFXHEADER="200" VERSION="220" SECURITY="NONE" OLDFILEUID="NONE" NEWFILEUID="NONE"?>\n'

  test('An OFX file has the header, the order, the counts and the types of the specification, whatever the entries', async () => {
    await fc.assert(
      fc.asyncProperty(entries, changes, async (list, change) => {
        const text = await fileOf(ofx, statementOf(list, change))
        expect(text.startsWith(prologue)).toBe(true)
        const document = parseXml(text)
        expect(faults(document, 'OFX', ofxGrammar)).toEqual([])
        expect(all(document, 'FITID').map(({ text: id }) => id)).toEqual(list.map(({ id }) => id))
      }),
    )
  })

  test("OFX amounts are signed from the customer's view", async () => {
    const document = parseXml(await fileOf(ofx, statementOf([entry, { ...entry, amount: 50n, merchant: null }])))
    expect(all(document, 'TRNAMT').map(({ text }) => text)).toEqual(['-13.00', '0.50'])
    expect(all(document, 'TRNTYPE').map(({ text }) => text)).toEqual(['POS', 'CREDIT'])
    expect(all(document, 'BALAMT').map(({ text }) => text)).toEqual(['87.50'])
  })
})

describe('conformance check', () => {
  const faultsAfter = async (change: (xml: string) => string): Promise<string[]> => {
    const document = parseXml(change(await fileOf(camt053, statementOf([entry]))))
    return faults({ ...document, attributes: {} }, 'Document', camt053Grammar)
  }

  test.each<[string, (xml: string) => string]>([
    ['two elements in the wrong order', (xml) => xml.replace(/(<Sts>.*?<\/Sts>)(<BookgDt>.*?<\/BookgDt>)/, '$2$1')],
    ['a missing element', (xml) => xml.replace(/<BkTxCd>.*?<\/BkTxCd>/, '')],
    ['an element too many', (xml) => xml.replace(/(<Sts>.*?<\/Sts>)/, '$1$1')],
    ['a signed amount', (xml) => xml.replace('>13.00<', '>-13.00<')],
    ['a missing currency', (xml) => xml.replace(' Ccy="EUR"', '')],
  ])('The conformance check finds %s', async (_name, change) => {
    expect(await faultsAfter(change)).not.toEqual([])
  })

  test('The conformance check finds nothing in an unchanged statement', async () => {
    expect(await faultsAfter((xml) => xml)).toEqual([])
  })
})
