import { gql, type TypedDocumentNode } from '@apollo/client'
import type { Amount } from '../format/money.ts'

export interface Sky {
  readonly condition: string | null
  readonly description: string | null
}

export interface AccountFacts {
  readonly id: string
  readonly number: string
  readonly name: string
  readonly kind: 'CURRENT' | 'SAVINGS' | 'INTERNAL'
  readonly status: 'OPEN' | 'FROZEN' | 'CLOSED'
  readonly currency: string
  readonly balance: { readonly posted: Amount; readonly pending: Amount; readonly available: Amount }
  readonly branch: {
    readonly id: string
    readonly name: string
    readonly city: {
      readonly id: string
      readonly name: string
      readonly weather: { readonly current: (Sky & { readonly temperature: number | null }) | null } | null
    } | null
  } | null
}

const FACTS = gql`
  fragment AccountFacts on Account {
    id
    number
    name
    kind
    status
    currency
    balance {
      posted { amount currency }
      pending { amount currency }
      available { amount currency }
    }
    branch {
      id
      name
      city {
        id
        name
        weather {
          current {
            temperature
            condition
            description(locale: $language)
          }
        }
      }
    }
  }
`

export const Accounts: TypedDocumentNode<
  {
    readonly me: {
      readonly id: string
      readonly name: string
      readonly accounts: { readonly edges: readonly { readonly node: AccountFacts }[] }
    } | null
  },
  { readonly language: string }
> = gql`
  query Accounts($language: String!) {
    me {
      id
      name
      accounts(first: 100) {
        edges {
          node {
            ...AccountFacts
          }
        }
      }
    }
  }
  ${FACTS}
`

export const OneAccount: TypedDocumentNode<
  { readonly account: AccountFacts | null },
  { readonly id: string; readonly language: string }
> = gql`
  query OneAccount($id: ID!, $language: String!) {
    account(id: $id) {
      ...AccountFacts
    }
  }
  ${FACTS}
`

export interface EntryFacts {
  readonly id: string
  readonly direction: 'DEBIT' | 'CREDIT'
  readonly amount: Amount
  readonly balanceAfter: Amount
  readonly postedAt: string
  readonly transfer: {
    readonly id: string
    readonly kind: 'TRANSFER' | 'HOLD' | 'REVERSAL' | 'EXCHANGE' | 'SPREAD' | 'SCHEDULED' | 'LOAN'
    readonly reference: string | null
    readonly from: { readonly name: string; readonly number: string }
    readonly to: { readonly name: string; readonly number: string }
    readonly merchant: {
      readonly id: string
      readonly name: string
      readonly category: string
      readonly city: { readonly id: string; readonly name: string } | null
    } | null
  }
}

export interface EntriesVariables {
  readonly id: string
  readonly after?: string | null
}

export const Entries: TypedDocumentNode<
  {
    readonly account: {
      readonly id: string
      readonly entries: {
        readonly edges: readonly { readonly node: EntryFacts }[]
        readonly pageInfo: { readonly hasNextPage: boolean; readonly endCursor: string | null }
      }
    } | null
  },
  EntriesVariables
> = gql`
  query Entries($id: ID!, $after: String) {
    account(id: $id) {
      id
      entries(first: 25, after: $after) {
        edges {
          cursor
          node {
            id
            direction
            amount { amount currency }
            balanceAfter { amount currency }
            postedAt
            transfer {
              id
              kind
              reference
              from { name number }
              to { name number }
              merchant {
                id
                name
                category
                city { id name }
              }
            }
          }
        }
        pageInfo { hasNextPage endCursor }
      }
    }
  }
`

export const WeatherOfDay: TypedDocumentNode<
  {
    readonly city: {
      readonly id: string
      readonly weather: { readonly on: (Sky & { readonly temperatureMax: number | null }) | null } | null
    } | null
  },
  { readonly city: string; readonly day: string; readonly language: string }
> = gql`
  query WeatherOfDay($city: ID!, $day: Date!, $language: String!) {
    city(id: $city) {
      id
      weather {
        on(date: $day) {
          date
          temperatureMax
          condition
          description(locale: $language)
        }
      }
    }
  }
`
