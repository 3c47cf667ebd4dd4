/** The entries of the navigation. */
import {
  ArrowLeftRight,
  BookCheck,
  BookOpen,
  CalendarClock,
  ChartLine,
  FileText,
  HandCoins,
  Lock,
  type LucideIcon,
  Scale,
  Send,
  Users,
  Wallet,
} from 'lucide-react'
import type { Messages } from '../messages/en.ts'
import { isOfficer, type User } from '../sign-in/session.ts'

interface Way {
  readonly href: string
  readonly name: (t: Messages) => string
  readonly Icon: LucideIcon
  /** Other paths that belong to it. */
  readonly also?: string
}

const ways: readonly Way[] = [
  { href: '/', name: (t) => t.nav.accounts, Icon: Wallet, also: '/accounts' },
  { href: '/pay', name: (t) => t.nav.pay, Icon: Send },
  { href: '/insights', name: (t) => t.nav.insights, Icon: ChartLine },
  { href: '/loans', name: (t) => t.nav.loans, Icon: HandCoins },
  { href: '/standing-orders', name: (t) => t.nav.orders, Icon: CalendarClock },
  { href: '/holds', name: (t) => t.nav.holds, Icon: Lock },
  { href: '/exchange', name: (t) => t.nav.exchange, Icon: ArrowLeftRight },
  { href: '/statements', name: (t) => t.nav.statements, Icon: FileText },
  { href: '/help', name: (t) => t.nav.help, Icon: BookOpen, also: '/articles' },
]

const officerWays: readonly Way[] = [
  { href: '/customers', name: (t) => t.nav.customers, Icon: Users },
  { href: '/decisions', name: (t) => t.nav.decisions, Icon: Scale },
  { href: '/books', name: (t) => t.nav.books, Icon: BookCheck },
]

/** Entries for officers come after those for everybody. */
export const waysOf = (user: User): readonly Way[] => (isOfficer(user) ? [...ways, ...officerWays] : ways)

/** As many as fit at the bottom of a phone, beside the link to the others. */
export const MAIN_WAYS = 4
