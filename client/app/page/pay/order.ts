/** What a payment is made of. */
import type { PayersQuery, PayMutation } from '../generated/graphql.ts'

export type Payer = NonNullable<PayersQuery['me']>['accounts']['edges'][number]['node']

/** As it was typed. */
export interface Draft {
  readonly from: string
  readonly to: string
  readonly amount: string
  readonly reference: string
}

/** From the first account that there is. */
export const emptyDraft: Draft = { from: '', to: '', amount: '', reference: '' }

/** As it can be sent. */
export interface Order {
  readonly from: Payer
  /** An IBAN. */
  readonly to: string
  /** In the smallest unit of the account's currency. */
  readonly amount: string
  readonly reference: string
}

export type Paid = Extract<PayMutation['transfer'], { __typename: 'TransferAccepted' }>['transfer']
