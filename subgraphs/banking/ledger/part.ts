/** The table of rules: which one answers which command. */

import {
  closeAccount,
  freezeAccount,
  openAccount,
  renameAccount,
  setDailyLimit,
  unfreezeAccount,
} from '../accounts/rules.ts'
import { exchange } from '../exchange/conversion.ts'
import { exchangeRules } from '../exchange/rules.ts'
import { captureHold, expireHold, holdFunds, voidHold } from '../holds/rules.ts'
import { loanRules } from '../loans/rules.ts'
import { scheduleRules } from '../schedules/rules.ts'
import { transferBatch } from '../transfers/batch.ts'
import { reverseTransfer } from '../transfers/reversal.ts'
import { transfer } from '../transfers/rules.ts'
import { webhookRules } from '../webhooks/rules.ts'
import type { Book } from './book.ts'
import type { Outcome } from './refusal.ts'
import type { Actor, Command } from './request.ts'
import type { Needs, Rule } from './rule.ts'

type Rules = { readonly [Name in Command['name']]: Rule<Extract<Command, { name: Name }>> }

const rules: Rules = {
  transfer,
  exchange,
  transferBatch,
  holdFunds,
  captureHold,
  voidHold,
  expireHold,
  reverseTransfer,
  openAccount,
  renameAccount,
  freezeAccount,
  unfreezeAccount,
  setDailyLimit,
  closeAccount,
  ...loanRules,
  ...scheduleRules,
  ...webhookRules,
  ...exchangeRules,
}

// The table's type pairs each name with its rule; TypeScript cannot follow that through a lookup by a union.
const ruleOf = (command: Command): Rule<Command> => rules[command.name] as Rule<Command>

export const needsOf = (command: Command): Needs => ruleOf(command).needs(command)

export const evaluateCommand = (command: Command, book: Book, actor: Actor): Outcome =>
  ruleOf(command).evaluate(command, book, actor)
