/** The entry points, and `Sample` for other services that refer to it by its key. */
import { z } from 'zod'
import { type Connection, type PageArguments, pagesOf } from '../shared/pagination.ts'
import { type Sample, samples } from './samples.ts'

const byId = new Map(samples.map((each) => [each.id, each]))
const pages = pagesOf('samples', z.tuple([z.string()]), ({ id }: Sample) => [id])

export const resolvers = {
  Query: {
    sample: (_: unknown, { id }: { id: string }): Sample | undefined => byId.get(id),
    samples: (_: unknown, args: PageArguments): Promise<Connection<Sample>> =>
      pages(args, async (limit, [last] = ['']) => samples.filter(({ id }) => id > last).slice(0, limit)),
  },
  Sample: {
    __resolveReference: ({ id }: { id: string }): Sample | undefined => byId.get(id),
  },
}
