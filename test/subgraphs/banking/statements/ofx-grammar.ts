/**
 * The part of OFX 2.2 that a bank statement uses: sections 2.5.1.3 (sign-on), 11.3.1 (account),
 * 11.4.2.2 and 11.4.3 (statement).
 */
import type { Grammar } from './grammar.ts'

/** `A-n` of the specification: at most n characters. */
const text = (length: number): { text: RegExp } => ({ text: new RegExp(`^.{1,${length}}$`, 'su') })

export const ofxGrammar: Grammar = {
  OFX: { sequence: ['SIGNONMSGSRSV1 SIGNONMSGSRSV1', 'BANKMSGSRSV1 BANKMSGSRSV1'] },
  SIGNONMSGSRSV1: { sequence: ['SONRS SONRS'] },
  SONRS: {
    sequence: [
      'STATUS STATUS',
      'DTSERVER dateTime',
      'USERKEY? -',
      'TSKEYEXPIRE? -',
      'LANGUAGE language',
      'DTPROFUP? -',
      'DTACCTUP? -',
      'FI? FI',
      'SESSCOOKIE? -',
      'ACCESSKEY? -',
    ],
  },
  STATUS: { sequence: ['CODE code', 'SEVERITY severity', 'MESSAGE? -'] },
  FI: { sequence: ['ORG A-32', 'FID? -'] },
  BANKMSGSRSV1: { sequence: ['STMTTRNRS* STMTTRNRS'] },
  STMTTRNRS: { sequence: ['TRNUID A-36', 'STATUS STATUS', 'CLTCOOKIE? -', 'OFXEXTENSION? -', 'STMTRS? STMTRS'] },
  STMTRS: {
    sequence: [
      'CURDEF currency',
      'BANKACCTFROM BANKACCTFROM',
      'BANKTRANLIST? BANKTRANLIST',
      'BANKTRANLISTP? -',
      'LEDGERBAL LEDGERBAL',
      'AVAILBAL? -',
      'CASHADVBALAMT? -',
      'INTRATE? -',
      'BALLIST? -',
      'MKTGINFO? -',
    ],
  },
  BANKACCTFROM: { sequence: ['BANKID A-9', 'BRANCHID? A-22', 'ACCTID A-22', 'ACCTTYPE accountType', 'ACCTKEY? -'] },
  BANKTRANLIST: { sequence: ['DTSTART dateTime', 'DTEND dateTime', 'STMTTRN* STMTTRN'] },
  STMTTRN: {
    sequence: [
      'TRNTYPE transactionType',
      'DTPOSTED dateTime',
      'DTUSER? -',
      'DTAVAIL? -',
      'TRNAMT amount',
      'FITID A-255',
      'CORRECTFITID? -',
      'CORRECTACTION? -',
      'SRVRTID? -',
      'CHECKNUM? -',
      'REFNUM? -',
      'SIC? -',
      'PAYEEID? -',
      'NAME? A-32',
      'EXTDNAME? -',
      'BANKACCTTO? -',
      'MEMO? A-255',
    ],
  },
  LEDGERBAL: { sequence: ['BALAMT amount', 'DTASOF dateTime'] },
  'A-9': text(9),
  'A-22': text(22),
  'A-32': text(32),
  'A-36': text(36),
  'A-255': text(255),
  accountType: { text: /^(CHECKING|SAVINGS|MONEYMRKT|CREDITLINE|CD)$/ },
  amount: { text: /^-?\d+(\.\d+)?$/ },
  code: { text: /^\d{1,6}$/ },
  currency: { text: /^[A-Z]{3}$/ },
  dateTime: { text: /^\d{14}\.\d{3}\[0:GMT\]$/ },
  language: { text: /^[A-Z]{3}$/ },
  severity: { text: /^(INFO|WARN|ERROR)$/ },
  transactionType: {
    text: /^(CREDIT|DEBIT|INT|DIV|FEE|SRVCHG|DEP|ATM|POS|XFER|CHECK|PAYMENT|CASH|DIRECTDEP|DIRECTDEBIT|REPEATPMT|HOLD|OTHER)$/,
  },
}
