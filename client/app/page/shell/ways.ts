/** Where the app leads: one line for each. */
import { BookOpen, ChartLine, type LucideIcon, Send, Wallet } from 'lucide-react'
import type { Messages } from '../messages/en.ts'

interface Way {
  readonly href: string
  readonly name: (t: Messages) => string
  readonly Icon: LucideIcon
  /** Other paths that belong to it. */
  readonly also?: string
}

export const ways: readonly Way[] = [
  { href: '/', name: (t) => t.nav.accounts, Icon: Wallet, also: '/accounts' },
  { href: '/pay', name: (t) => t.nav.pay, Icon: Send },
  { href: '/insights', name: (t) => t.nav.insights, Icon: ChartLine },
  { href: '/help', name: (t) => t.nav.help, Icon: BookOpen, also: '/articles' },
]

/** As many as fit below on a phone, beside the way to the others. */
export const MAIN_WAYS = 4
