/** The entry points, and `Sample` for other services that refer to it by its key. */
import { z } from 'zod'
import { type Connection, type PageArguments, pagesInMemory, rowsIn } from '../shared/pagination.ts'
import { type Sample, samples } from './samples.ts'

const byId = new Map(samples.map((each) => [each.id, each]))
const readPage = pagesInMemory('samples', z.tuple([z.string()]), ({ id }: Sample) => [id])

export const resolvers = {
  Query: {
    sample: (_: unknown, { id }: { id: string }): Sample | undefined => byId.get(id),
    samples: (_: unknown, args: PageArguments): Connection<Sample> =>
      readPage(args, (range) => rowsIn(samples, range, ({ id }, [place]) => (id < place ? -1 : Number(id > place)))),
  },
  Sample: {
    __resolveReference: ({ id }: { id: string }): Sample | undefined => byId.get(id),
  },
}
