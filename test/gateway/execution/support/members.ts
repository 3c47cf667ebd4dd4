/**
 * Two small services over the same members: `club` owns them, `desk` computes with the fields that
 * it is sent.
 */
import { codedError } from '../../../../platform/protocol/errors.ts'
import type { TestService } from './federation.ts'

const link = `extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@key", "@requires", "@external", "@shareable"])`

interface Member {
  readonly id: string
  readonly email: string | null
  readonly level?: number
}

const members: readonly Member[] = [
  { id: '1', email: 'ada@x', level: 7 },
  { id: '2', email: 'bob@x', level: 2 },
]

export const club: TestService = {
  typeDefs: `${link}
    type Query { me: Member members: [Member!]! broken: Member }
    type Mutation { join(name: String!): Int! leave: Int! }
    type Subscription { joined: Member }
    type Member @key(fields: "id") { id: ID! email: String level: Int secretLevel: Int }`,
  resolvers: {
    Query: {
      me: () => members[0],
      members: () => members,
      broken: () => ({ ...members[0], level: new Error('database down at 10.0.0.7') }),
    },
    Mutation: {
      join: (_root: unknown, { name }: { name: string }, log: string[]) => log.push(name),
      leave: (_root: unknown, _args: unknown, log: string[]) => log.push('leave'),
    },
  },
}

export const desk: TestService = {
  typeDefs: `${link}
    type Mutation { note(text: String!): Int! }
    type Member @key(fields: "id") {
      id: ID!
      level: Int @external
      greeting(language: String): String
      mayVote: Boolean @requires(fields: "level")
      locker: Locker
      forbidden: String
      fragile: String!
    }
    type Locker { number: Int! owner: Member key: String! }`,
  resolvers: {
    Mutation: { note: (_root: unknown, { text }: { text: string }, log: string[]) => log.push(text) },
    Member: {
      __resolveReference: (sent: Member) => (sent.id === '404' ? null : sent),
      greeting: ({ id }: Member, { language }: { language?: string }) => `${language ?? 'hello'} ${id}`,
      mayVote: ({ level }: Member) => (level === undefined ? 'not sent' : level > 5),
      locker: ({ id }: Member) => ({ number: Number(id), owner: { id } }),
      forbidden: () => {
        throw codedError('FORBIDDEN', 'Not for you.', { stacktrace: ['at secret.ts'] })
      },
      fragile: () => {
        throw new Error('password=hunter2')
      },
    },
    Locker: {
      key: () => {
        throw codedError('FORBIDDEN', 'Lost key.')
      },
    },
  },
}
