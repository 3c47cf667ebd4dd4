/** The table of rules: which one answers which command. */
import { exchangeRules } from '../../exchange/rules.ts'
import { loanRules } from '../../loans/rules.ts'
import { scheduleRules } from '../../schedules/rules.ts'
import { webhookRules } from '../../webhooks/rules.ts'
import type { Book } from '../book.ts'
import type { Outcome } from '../refusal.ts'
import type { Actor, Command } from '../request.ts'
import { closeAccount, freezeAccount, openAccount, renameAccount, setDailyLimit, unfreezeAccount } from './account.ts'
import { transferBatch } from './batch.ts'
import { exchange } from './exchange.ts'
import { captureHold, expireHold, holdFunds, voidHold } from './hold.ts'
import { reverseTransfer } from './reversal.ts'
import type { Needs, Rule } from './rule.ts'
import { transfer } from './transfer.ts'

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
