/**
 * A statement as ISO 20022 camt.053.001.08 (BankToCustomerStatementV08): one message, one
 * statement. Elements are in the order of the schema's sequences; amounts are decimals without a
 * sign, which `CdtDbtInd` carries.
 */
import { toDecimal } from '../money/amount.ts'
import {
  BANK_NAME,
  type StatementEntry,
  type StatementFormat,
  type StatementHeader,
  type Turnover,
} from './statement.ts'
import { element, group, shorten } from './xml.ts'

const NAMESPACE = 'urn:iso:std:iso:20022:tech:xsd:camt.053.001.08'

/** `ActiveOrHistoricCurrencyAndAmount` and `DecimalNumber`: 18 digits in all. */
const LARGEST = 10n ** 18n - 1n

const magnitude = (amount: bigint): bigint => (amount < 0n ? -amount : amount)
const indicator = (amount: bigint): string => element('CdtDbtInd', amount < 0n ? 'DBIT' : 'CRDT')
const decimal = (amount: bigint, currency: string): string => toDecimal({ amount: magnitude(amount), currency })
const money = (amount: bigint, currency: string): string =>
  element('Amt', decimal(amount, currency), ` Ccy="${currency}"`)

/** `OPBD` opening booked, `CLBD` closing booked (external code set ExternalBalanceType1Code). */
function balance(code: 'OPBD' | 'CLBD', amount: bigint, at: Date, currency: string): string {
  return group(
    'Bal',
    group('Tp', group('CdOrPrtry', element('Cd', code))),
    money(amount, currency),
    indicator(amount),
    group('Dt', element('DtTm', at.toISOString())),
  )
}

function account({ number, currency, name, owner }: StatementHeader['account']): string {
  return group(
    'Acct',
    group('Id', element('IBAN', number)),
    element('Ccy', currency),
    element('Nm', shorten(name, 70)),
    group('Ownr', element('Nm', shorten(owner, 140))),
    group('Svcr', group('FinInstnId', element('Nm', BANK_NAME))),
  )
}

function turnover(name: string, { count, sum }: Turnover, currency: string): string {
  return group(name, element('NbOfNtries', String(count)), element('Sum', decimal(sum, currency)))
}

function summary({ credits, debits, account: { currency } }: StatementHeader): string {
  const net = credits.sum - debits.sum
  return group(
    'TxsSummry',
    group(
      'TtlNtries',
      element('NbOfNtries', String(credits.count + debits.count)),
      element('Sum', decimal(credits.sum + debits.sum, currency)),
      group('TtlNetNtry', element('Amt', decimal(net, currency)), indicator(net)),
    ),
    turnover('TtlCdtNtries', credits, currency),
    turnover('TtlDbtNtries', debits, currency),
  )
}

/**
 * External code set BankTransactionCode: card payment at a merchant, or a book transfer within the
 * bank.
 */
function transactionCode(entry: StatementEntry): string {
  const [family, subFamily] = entry.merchant
    ? [entry.amount < 0n ? 'CCRD' : 'MCRD', 'POSD']
    : [entry.amount < 0n ? 'ICDT' : 'RCDT', 'BOOK']
  return group(
    'BkTxCd',
    group('Domn', element('Cd', 'PMNT'), group('Fmly', element('Cd', family), element('SubFmlyCd', subFamily))),
  )
}

/**
 * The other side is the debtor of what came in and the creditor of what went out. A masked number
 * is no IBAN.
 */
function parties({ amount, counterparty, merchant }: StatementEntry): string {
  const role = amount < 0n ? 'Cdtr' : 'Dbtr'
  const masked = !/^[A-Z]{2}\d{2}[A-Z0-9]{1,30}$/.test(counterparty.number)
  const id = masked
    ? group('Othr', element('Id', shorten(counterparty.number, 34)))
    : element('IBAN', counterparty.number)
  return group(
    'RltdPties',
    group(role, group('Pty', element('Nm', shorten(merchant?.name ?? counterparty.name, 140)))),
    group(`${role}Acct`, group('Id', id)),
  )
}

function reportEntry(entry: StatementEntry, currency: string): string {
  const postedAt = element('DtTm', entry.postedAt.toISOString())
  return group(
    'Ntry',
    element('NtryRef', shorten(entry.id, 35)),
    money(entry.amount, currency),
    indicator(entry.amount),
    entry.reversal ? element('RvslInd', 'true') : '',
    group('Sts', element('Cd', 'BOOK')),
    group('BookgDt', postedAt),
    group('ValDt', postedAt),
    element('AcctSvcrRef', shorten(entry.transferId, 35)),
    transactionCode(entry),
    group(
      'NtryDtls',
      group(
        'TxDtls',
        group(
          'Refs',
          element('AcctSvcrRef', shorten(entry.transferId, 35)),
          element('EndToEndId', shorten(entry.endToEndId ?? '', 35) || 'NOTPROVIDED'),
        ),
        parties(entry),
        group('RmtInf', element('Ustrd', shorten(entry.reference ?? '', 140))),
      ),
    ),
  )
}

function head(header: StatementHeader): string {
  const { currency } = header.account
  return [
    `<?xml version="1.0" encoding="UTF-8"?>\n<Document xmlns="${NAMESPACE}"><BkToCstmrStmt>`,
    group('GrpHdr', element('MsgId', header.id), element('CreDtTm', header.createdAt.toISOString())),
    '<Stmt>',
    element('Id', header.id),
    header.sequence === undefined ? '' : element('ElctrncSeqNb', String(header.sequence)),
    element('CreDtTm', header.createdAt.toISOString()),
    group('FrToDt', element('FrDtTm', header.from.toISOString()), element('ToDtTm', header.to.toISOString())),
    account(header.account),
    balance('OPBD', header.opening, header.from, currency),
    balance('CLBD', header.closing, header.to, currency),
    summary(header),
  ].join('')
}

export const camt053: StatementFormat = {
  contentType: 'application/xml; charset=utf-8',
  extension: 'xml',
  largest: LARGEST,
  head,
  entry: (entry, header) => reportEntry(entry, header.account.currency),
  foot: () => '</Stmt></BkToCstmrStmt></Document>\n',
}
