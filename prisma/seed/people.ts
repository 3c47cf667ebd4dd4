/** The demo's customers, their accounts, and their income and spending. Amounts are minor units. */
import type { MerchantId } from './places.ts'

/** Ids are the `sub` of the demo tokens. */
export const customers = [
  { id: 'payer', name: 'Ana Ribeiro', email: 'ana.ribeiro@example.com' },
  { id: 'payee', name: 'Brendan Walsh', email: 'brendan.walsh@example.com' },
  { id: 'officer', name: 'Maeve Byrne', email: 'maeve.byrne@example.com' },
] as const

export interface AccountPlan {
  readonly owner: string
  readonly label: string
  readonly kind: 'CURRENT' | 'SAVINGS'
  readonly currency: string
  readonly productId: string
  readonly branchId: string
  /** Paid in on the first day. */
  readonly opening: bigint
}

const current = { kind: 'CURRENT', productId: 'current-account' } as const
const savings = { kind: 'SAVINGS', productId: 'savings-account' } as const
const foreign = { kind: 'CURRENT', productId: 'foreign-currency-account' } as const

/** Keyed by names that only the seed uses; opened in this order. */
export const accounts = {
  payerEuro: { ...current, owner: 'payer', label: 'Everyday', currency: 'EUR', branchId: 'lisbon', opening: 420_000n },
  payerSavings: {
    ...savings,
    owner: 'payer',
    label: 'Rainy days',
    currency: 'EUR',
    branchId: 'lisbon',
    opening: 1_250_000n,
  },
  payerDollar: {
    ...foreign,
    owner: 'payer',
    label: 'Dollars',
    currency: 'USD',
    branchId: 'new-york',
    opening: 560_000n,
  },
  payerYen: {
    ...foreign,
    owner: 'payer',
    label: 'Journey to Japan',
    currency: 'JPY',
    branchId: 'tokyo',
    opening: 900_000n,
  },
  payeeEuro: { ...current, owner: 'payee', label: 'Household', currency: 'EUR', branchId: 'dublin', opening: 380_000n },
  payeeSavings: {
    ...savings,
    owner: 'payee',
    label: 'New boat',
    currency: 'EUR',
    branchId: 'dublin',
    opening: 2_100_000n,
  },
  payeeDollar: {
    ...foreign,
    owner: 'payee',
    label: 'Dollars',
    currency: 'USD',
    branchId: 'new-york',
    opening: 310_000n,
  },
  payeeDinar: {
    ...foreign,
    owner: 'payee',
    label: 'Gulf contract',
    currency: 'KWD',
    branchId: 'kuwait-city',
    opening: 150_000n,
  },
  officerEuro: {
    ...current,
    owner: 'officer',
    label: 'Everyday',
    currency: 'EUR',
    branchId: 'porto',
    opening: 500_000n,
  },
} as const satisfies Readonly<Record<string, AccountPlan>>

export type AccountName = keyof typeof accounts

export interface Habit {
  readonly account: AccountName
  /** The other side: a merchant, or an account of the demo. */
  readonly with: readonly MerchantId[] | AccountName
  /** Times per week, on random days, or the day of each month. */
  readonly when: { readonly perWeek: number } | { readonly dayOfMonth: number }
  /** Months in which it happens; by default all. */
  readonly months?: readonly number[]
  /** From, to; negative amounts are credited to the account. */
  readonly amount: readonly [bigint, bigint]
  readonly reference?: string
}

export const habits: readonly Habit[] = [
  // Ana, Lisbon
  {
    account: 'payerEuro',
    with: ['atlantic-software'],
    when: { dayOfMonth: 25 },
    amount: [-318_500n, -318_500n],
    reference: 'Salary',
  },
  {
    account: 'payerEuro',
    with: ['imobiliaria-tejo'],
    when: { dayOfMonth: 1 },
    amount: [98_000n, 98_000n],
    reference: 'Rent',
  },
  {
    account: 'payerEuro',
    with: ['energia-atlantica'],
    when: { dayOfMonth: 8 },
    amount: [4_200n, 9_800n],
    reference: 'Electricity',
  },
  {
    account: 'payerEuro',
    with: ['nordlicht-streaming'],
    when: { dayOfMonth: 12 },
    amount: [1_299n, 1_299n],
    reference: 'Subscription',
  },
  {
    account: 'payerEuro',
    with: 'payerSavings',
    when: { dayOfMonth: 26 },
    amount: [30_000n, 30_000n],
    reference: 'Savings',
  },
  {
    account: 'payerEuro',
    with: 'payeeEuro',
    when: { dayOfMonth: 17 },
    amount: [1_800n, 6_500n],
    reference: 'Concert tickets',
  },
  {
    account: 'payerEuro',
    with: ['mercado-da-ribeira', 'mercearia-central'],
    when: { perWeek: 3 },
    amount: [1_450n, 7_200n],
  },
  {
    account: 'payerEuro',
    with: ['cafe-do-largo', 'tasca-da-esquina', 'casa-do-douro'],
    when: { perWeek: 5.5 },
    amount: [280n, 2_400n],
  },
  { account: 'payerEuro', with: ['linha-verde', 'comboios-do-norte'], when: { perWeek: 4.5 }, amount: [180n, 650n] },
  {
    account: 'payerEuro',
    with: ['livraria-do-carmo', 'maison-lumiere', 'farmacia-alfama'],
    when: { perWeek: 1.6 },
    amount: [690n, 6_800n],
  },
  {
    account: 'payerDollar',
    with: ['hudson-hosting'],
    when: { dayOfMonth: 3 },
    amount: [2_400n, 2_400n],
    reference: 'Servers',
  },
  {
    account: 'payerDollar',
    with: ['beacon-books', 'brooklyn-roasters'],
    when: { perWeek: 1.2 },
    amount: [650n, 5_400n],
  },
  {
    account: 'payerDollar',
    with: 'payeeDollar',
    when: { dayOfMonth: 20 },
    months: [2, 5, 8, 11],
    amount: [5_000n, 9_000n],
    reference: 'Shared hosting',
  },
  {
    account: 'payerYen',
    with: ['kamogawa-ryokan'],
    when: { perWeek: 2 },
    months: [4],
    amount: [18_000n, 26_000n],
    reference: 'Room',
  },
  {
    account: 'payerYen',
    with: ['nishiki-kitchen', 'marunouchi-ramen'],
    when: { perWeek: 6.5 },
    months: [4],
    amount: [900n, 4_800n],
  },
  // Brendan, Dublin
  {
    account: 'payeeEuro',
    with: ['liffey-shipping'],
    when: { dayOfMonth: 28 },
    amount: [-342_000n, -342_000n],
    reference: 'Wages',
  },
  {
    account: 'payeeEuro',
    with: ['georgian-lettings'],
    when: { dayOfMonth: 2 },
    amount: [112_000n, 112_000n],
    reference: 'Rent',
  },
  {
    account: 'payeeEuro',
    with: ['celtic-power'],
    when: { dayOfMonth: 9 },
    amount: [6_100n, 14_500n],
    reference: 'Gas and electricity',
  },
  {
    account: 'payeeEuro',
    with: 'payeeSavings',
    when: { dayOfMonth: 29 },
    months: [1, 3, 5, 7, 9, 11],
    amount: [45_000n, 45_000n],
    reference: 'Boat',
  },
  { account: 'payeeEuro', with: 'payerEuro', when: { dayOfMonth: 21 }, amount: [1_200n, 4_400n], reference: 'Dinner' },
  {
    account: 'payeeEuro',
    with: ['moore-street-market', 'english-market-stall'],
    when: { perWeek: 3.4 },
    amount: [1_200n, 6_400n],
  },
  {
    account: 'payeeEuro',
    with: ['the-brazen-kettle', 'harbour-chowder'],
    when: { perWeek: 5.6 },
    amount: [350n, 2_600n],
  },
  { account: 'payeeEuro', with: ['liffey-trams'], when: { perWeek: 5.2 }, amount: [200n, 200n] },
  { account: 'payeeEuro', with: ['thames-records', 'temple-pharmacy'], when: { perWeek: 1.7 }, amount: [590n, 5_200n] },
  { account: 'payeeDollar', with: ['beacon-books', 'hudson-hosting'], when: { perWeek: 0.9 }, amount: [700n, 4_900n] },
  {
    account: 'payeeDinar',
    with: ['gulf-consulting'],
    when: { dayOfMonth: 15 },
    amount: [-210_500n, -190_250n],
    reference: 'Retainer',
  },
  { account: 'payeeDinar', with: ['souk-al-sharq'], when: { perWeek: 0.8 }, amount: [4_500n, 31_750n] },
  // Maeve, Porto
  { account: 'officerEuro', with: ['casa-do-douro'], when: { perWeek: 1 }, amount: [900n, 3_800n] },
]
