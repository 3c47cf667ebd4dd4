/**
 * camt.053.001.08 as far as a book-entry statement uses it: the sequences of the ISO 20022 schema
 * in full, so that order is checked against every neighbour. Types the bank does not use are `-`.
 */
import type { Grammar } from './grammar.ts'

const max = (length: number): { text: RegExp } => ({ text: new RegExp(`^.{1,${length}}$`, 'su') })
/** 18 digits in all, 5 of them after the point. */
const money = /^(?=(\d\.?){1,18}$)\d+(\.\d{1,5})?$/

export const camt053Grammar: Grammar = {
  Document: { sequence: ['BkToCstmrStmt BankToCustomerStatementV08'] },
  BankToCustomerStatementV08: { sequence: ['GrpHdr GroupHeader81', 'Stmt+ AccountStatement9', 'SplmtryData* -'] },
  GroupHeader81: {
    sequence: ['MsgId Max35Text', 'CreDtTm ISODateTime', 'MsgRcpt? -', 'MsgPgntn? -', 'OrgnlBizQry? -', 'AddtlInf? -'],
  },
  AccountStatement9: {
    sequence: [
      'Id Max35Text',
      'StmtPgntn? -',
      'ElctrncSeqNb? Number',
      'RptgSeq? -',
      'LglSeqNb? -',
      'CreDtTm? ISODateTime',
      'FrToDt? DateTimePeriod1',
      'CpyDplctInd? -',
      'RptgSrc? -',
      'Acct CashAccount39',
      'RltdAcct? -',
      'Intrst* -',
      'Bal+ CashBalance8',
      'TxsSummry? TotalTransactions6',
      'Ntry* ReportEntry10',
      'AddtlStmtInf? -',
    ],
  },
  Number: { text: /^\d{1,18}$/ },
  DateTimePeriod1: { sequence: ['FrDtTm ISODateTime', 'ToDtTm ISODateTime'] },
  CashAccount39: {
    sequence: [
      'Id AccountIdentification4Choice',
      'Tp? -',
      'Ccy? CurrencyCode',
      'Nm? Max70Text',
      'Prxy? -',
      'Ownr? PartyIdentification135',
      'Svcr? BranchAndFinancialInstitutionIdentification6',
    ],
  },
  CashAccount38: {
    sequence: ['Id AccountIdentification4Choice', 'Tp? -', 'Ccy? CurrencyCode', 'Nm? Max70Text', 'Prxy? -'],
  },
  AccountIdentification4Choice: { choice: ['IBAN IBAN2007Identifier', 'Othr GenericAccountIdentification1'] },
  GenericAccountIdentification1: { sequence: ['Id Max34Text', 'SchmeNm? -', 'Issr? -'] },
  PartyIdentification135: {
    sequence: ['Nm? Max140Text', 'PstlAdr? -', 'Id? -', 'CtryOfRes? -', 'CtctDtls? -'],
  },
  BranchAndFinancialInstitutionIdentification6: {
    sequence: ['FinInstnId FinancialInstitutionIdentification18', 'BrnchId? -'],
  },
  FinancialInstitutionIdentification18: {
    sequence: ['BICFI? -', 'ClrSysMmbId? -', 'LEI? -', 'Nm? Max140Text', 'PstlAdr? -', 'Othr? -'],
  },
  CashBalance8: {
    sequence: [
      'Tp BalanceType13',
      'CdtLine* -',
      'Amt ActiveOrHistoricCurrencyAndAmount',
      'CdtDbtInd CreditDebitCode',
      'Dt DateAndDateTime2Choice',
      'Avlbty* -',
    ],
  },
  BalanceType13: { sequence: ['CdOrPrtry BalanceType10Choice', 'SubTp? -'] },
  BalanceType10Choice: { choice: ['Cd ExternalCode4', 'Prtry -'] },
  TotalTransactions6: {
    sequence: [
      'TtlNtries? NumberAndSumOfTransactions4',
      'TtlCdtNtries? NumberAndSumOfTransactions1',
      'TtlDbtNtries? NumberAndSumOfTransactions1',
      'TtlNtriesPerBkTxCd* -',
    ],
  },
  NumberAndSumOfTransactions4: {
    sequence: ['NbOfNtries? Max15NumericText', 'Sum? DecimalNumber', 'TtlNetNtry? AmountAndDirection35'],
  },
  NumberAndSumOfTransactions1: { sequence: ['NbOfNtries? Max15NumericText', 'Sum? DecimalNumber'] },
  AmountAndDirection35: { sequence: ['Amt DecimalNumber', 'CdtDbtInd CreditDebitCode'] },
  ReportEntry10: {
    sequence: [
      'NtryRef? Max35Text',
      'Amt ActiveOrHistoricCurrencyAndAmount',
      'CdtDbtInd CreditDebitCode',
      'RvslInd? TrueFalseIndicator',
      'Sts EntryStatus1Choice',
      'BookgDt? DateAndDateTime2Choice',
      'ValDt? DateAndDateTime2Choice',
      'AcctSvcrRef? Max35Text',
      'Avlbty* -',
      'BkTxCd BankTransactionCodeStructure4',
      'ComssnWvrInd? -',
      'AddtlInfInd? -',
      'AmtDtls? -',
      'Chrgs? -',
      'TechInptChanl? -',
      'Intrst? -',
      'CardTx? -',
      'NtryDtls* EntryDetails9',
      'AddtlNtryInf? -',
    ],
  },
  EntryStatus1Choice: { choice: ['Cd ExternalCode4', 'Prtry -'] },
  DateAndDateTime2Choice: { choice: ['Dt -', 'DtTm ISODateTime'] },
  BankTransactionCodeStructure4: { sequence: ['Domn? BankTransactionCodeStructure5', 'Prtry? -'] },
  BankTransactionCodeStructure5: { sequence: ['Cd ExternalCode4', 'Fmly BankTransactionCodeStructure6'] },
  BankTransactionCodeStructure6: { sequence: ['Cd ExternalCode4', 'SubFmlyCd ExternalCode4'] },
  EntryDetails9: { sequence: ['Btch? -', 'TxDtls* EntryTransaction10'] },
  EntryTransaction10: {
    sequence: [
      'Refs? TransactionReferences6',
      'Amt? -',
      'CdtDbtInd? -',
      'AmtDtls? -',
      'Avlbty* -',
      'BkTxCd? -',
      'Chrgs? -',
      'Intrst? -',
      'RltdPties? TransactionParties6',
      'RltdAgts? -',
      'LclInstrm? -',
      'Purp? -',
      'RltdRmtInf* -',
      'RmtInf? RemittanceInformation16',
      'RltdDts? -',
    ],
  },
  TransactionReferences6: {
    sequence: ['MsgId? -', 'AcctSvcrRef? Max35Text', 'PmtInfId? -', 'InstrId? -', 'EndToEndId? Max35Text', 'UETR? -'],
  },
  TransactionParties6: {
    sequence: [
      'InitgPty? -',
      'Dbtr? Party40Choice',
      'DbtrAcct? CashAccount38',
      'UltmtDbtr? -',
      'Cdtr? Party40Choice',
      'CdtrAcct? CashAccount38',
      'UltmtCdtr? -',
    ],
  },
  Party40Choice: { choice: ['Pty PartyIdentification135', 'Agt -'] },
  RemittanceInformation16: { sequence: ['Ustrd* Max140Text', 'Strd* -'] },
  ActiveOrHistoricCurrencyAndAmount: { text: money, attributes: { Ccy: /^[A-Z]{3}$/ } },
  CreditDebitCode: { text: /^(CRDT|DBIT)$/ },
  CurrencyCode: { text: /^[A-Z]{3}$/ },
  DecimalNumber: { text: money },
  ExternalCode4: max(4),
  IBAN2007Identifier: { text: /^[A-Z]{2}[0-9]{2}[a-zA-Z0-9]{1,30}$/ },
  ISODateTime: { text: /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}\.\d{3}Z$/ },
  Max15NumericText: { text: /^\d{1,15}$/ },
  Max34Text: max(34),
  Max35Text: max(35),
  Max70Text: max(70),
  Max140Text: max(140),
  TrueFalseIndicator: { text: /^(true|false)$/ },
}
