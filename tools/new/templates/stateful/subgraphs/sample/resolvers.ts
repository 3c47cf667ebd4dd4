/** The entry points, and `Sample` for other services that refer to it by its key. */
import { z } from 'zod'
import type { Caller } from '../../platform/protocol/caller.ts'
import { codedError } from '../../platform/protocol/errors.ts'
import { type Connection, type PageArguments, pagesOf } from '../shared/pagination.ts'
import type { PrismaClient, Sample } from './prisma/generated/client.ts'

export interface SampleContext {
  readonly database: PrismaClient
  /** Undefined: signed out. */
  readonly caller: Caller | undefined
}

const text = (most: number) =>
  z
    .string()
    .regex(/^\P{C}*$/u, 'must be plain text')
    .min(1)
    .max(most)
const addition = z.object({ idempotencyKey: text(64), name: text(100) })
const readPage = pagesOf('samples', z.tuple([z.uuid()]), ({ id }: Sample) => [id])

async function find({ id }: { id: string }, { database, caller }: SampleContext): Promise<Sample | null> {
  return z.uuid().safeParse(id).success && caller
    ? database.sample.findFirst({ where: { id, owner: caller.id } })
    : null
}

export const resolvers = {
  Query: {
    sample: (_: unknown, key: { id: string }, context: SampleContext) => find(key, context),
    samples(_: unknown, args: PageArguments, { database, caller }: SampleContext): Promise<Connection<Sample>> {
      const owner = ownerOf(caller)
      return readPage(args, ({ limit, after, before, backwards }) =>
        database.sample.findMany({
          where: { owner, id: { ...(after && { lt: after[0] }), ...(before && { gt: before[0] }) } },
          orderBy: { id: backwards ? 'asc' : 'desc' },
          take: limit,
        }),
      )
    },
  },
  Mutation: {
    /** A retry finds the row of the first try: the key is unique among the owner's. */
    async addSample(_: unknown, { input }: { input: unknown }, { database, caller }: SampleContext): Promise<Sample> {
      const owner = ownerOf(caller)
      const { data, error } = addition.safeParse(input)
      if (!data) throw codedError('BAD_USER_INPUT', z.prettifyError(error))
      const { idempotencyKey, name } = data
      await database.sample.createMany({ data: [{ owner, idempotencyKey, name }], skipDuplicates: true })
      const added = await database.sample.findUniqueOrThrow({
        where: { owner_idempotencyKey: { owner, idempotencyKey } },
      })
      if (added.name === name) return added
      throw codedError('BAD_USER_INPUT', 'The idempotency key was used before, for something else.')
    },
  },
  Sample: {
    __resolveReference: (key: { id: string }, context: SampleContext) => find(key, context),
    createdAt: ({ createdAt }: Sample): string => createdAt.toISOString(),
  },
}

function ownerOf(caller: Caller | undefined): string {
  if (!caller) throw codedError('UNAUTHENTICATED', 'Sign in first.')
  return caller.id
}
