/**
 * A statement as OFX 2.2: one bank statement response (specification, section 11.4) behind a
 * sign-on response (section 2.5). Every element's content is a direct child in the order the
 * specification lists them.
 */
import { extractIBAN } from 'ibantools' // MIT; where the bank's code ends and the account begins differs by country
import { toDecimal } from '../money/amount.ts'
import { BANK_NAME, type StatementEntry, type StatementFormat, type StatementHeader } from './statement.ts'
import { element, group, shorten } from './xml.ts'

const PROLOGUE =
  '<?xml version="1.0" encoding="UTF-8" standalone="no"?>\n' +
  '<?OFX OFXHEADER="200" VERSION="220" SECURITY="NONE" OLDFILEUID="NONE" NEWFILEUID="NONE"?>\n'

/** Section 3.2.8.2: `YYYYMMDDHHMMSS.XXX[offset:zone]`. */
const dateTime = (instant: Date): string => `${instant.toISOString().replace(/[-:TZ]/g, '')}[0:GMT]`

const accountTypes = { CURRENT: 'CHECKING', SAVINGS: 'SAVINGS' } as const

const success = group('STATUS', element('CODE', '0'), element('SEVERITY', 'INFO'))

function accountFrom({ account }: StatementHeader): string {
  const { bankIdentifier = '', branchIdentifier, accountNumber, bban = account.number } = extractIBAN(account.number)
  return group(
    'BANKACCTFROM',
    element('BANKID', shorten(bankIdentifier, 9)),
    element('BRANCHID', shorten(branchIdentifier ?? '', 22)),
    element('ACCTID', shorten(accountNumber ?? bban, 22)),
    element('ACCTTYPE', accountTypes[account.kind]),
  )
}

function transaction(entry: StatementEntry, currency: string): string {
  const { counterparty, merchant, reference } = entry
  return group(
    'STMTTRN',
    element('TRNTYPE', merchant ? 'POS' : entry.amount < 0n ? 'DEBIT' : 'CREDIT'),
    element('DTPOSTED', dateTime(entry.postedAt)),
    element('TRNAMT', toDecimal({ amount: entry.amount, currency })),
    element('FITID', entry.id),
    element('NAME', shorten(merchant?.name ?? counterparty.name, 32)),
    element('MEMO', shorten(reference ?? '', 255)),
  )
}

const head = (header: StatementHeader): string =>
  [
    PROLOGUE,
    '<OFX><SIGNONMSGSRSV1>',
    group(
      'SONRS',
      success,
      element('DTSERVER', dateTime(header.createdAt)),
      element('LANGUAGE', 'ENG'),
      group('FI', element('ORG', shorten(BANK_NAME, 32))),
    ),
    `</SIGNONMSGSRSV1><BANKMSGSRSV1><STMTTRNRS>${element('TRNUID', '0')}${success}<STMTRS>`,
    element('CURDEF', header.account.currency),
    accountFrom(header),
    '<BANKTRANLIST>',
    element('DTSTART', dateTime(header.from)),
    element('DTEND', dateTime(header.to)),
  ].join('')

const foot = ({ account: { currency }, closing, to }: StatementHeader): string =>
  [
    '</BANKTRANLIST>',
    group('LEDGERBAL', element('BALAMT', toDecimal({ amount: closing, currency })), element('DTASOF', dateTime(to))),
    '</STMTRS></STMTTRNRS></BANKMSGSRSV1></OFX>\n',
  ].join('')

export const ofx: StatementFormat = {
  contentType: 'application/x-ofx',
  extension: 'ofx',
  head,
  entry: (entry, { account }) => transaction(entry, account.currency),
  foot,
}
