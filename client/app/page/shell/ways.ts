/** Where the app leads: one line for each. */
import { type LucideIcon, Wallet } from 'lucide-react'
import type { Messages } from '../messages/en.ts'

interface Way {
  readonly href: string
  readonly name: (t: Messages) => string
  readonly Icon: LucideIcon
  /** Other paths that belong to it. */
  readonly also?: string
}

export const ways: readonly Way[] = [{ href: '/', name: (t) => t.nav.accounts, Icon: Wallet, also: '/accounts' }]

/** As many as fit below on a phone, beside the way to the others. */
export const MAIN_WAYS = 4
