/** The data of a payment. */
import type { PayersQuery, PayMutation } from '../generated/graphql.ts'

export type Payer = NonNullable<PayersQuery['me']>['accounts']['edges'][number]['node']

/** The form as typed. */
export interface Draft {
  readonly from: string
  readonly to: string
  readonly amount: string
  readonly reference: string
}

/** An empty form; it pays from the first account. */
export const emptyDraft: Draft = { from: '', to: '', amount: '', reference: '' }

/** The payment as it is sent. */
export interface Order {
  readonly from: Payer
  /** An IBAN. */
  readonly to: string
  /** In minor units of the account's currency. */
  readonly amount: string
  readonly reference: string
}

export type Paid = Extract<PayMutation['transfer'], { __typename: 'TransferAccepted' }>['transfer']
