import { expect, test } from '@jest/globals'
import { buildSchema, GraphQLError, parse } from 'graphql'
import { startApollo } from '../../../gateway/edition/apollo.ts'
import { log } from '../../support/log.ts'

const schema = buildSchema('type Query { a: Int }')
const supergraph = 'of no importance here'
const query = 'query One { a } query Two { a }'

test('Plugins of Apollo Server see a new document resolved, and nothing is parsed or validated twice', async () => {
  const seen: string[] = []
  const apollo = await startApollo({
    schema,
    supergraph,
    log,
    plugins: [
      {
        serverWillStart: async () => ({
          schemaDidLoadOrUpdate: ({ apiSchema }) => void seen.push(`schema ${apiSchema === schema}`),
          serverWillStop: async () => void seen.push('stop'),
        }),
        requestDidStart: async () => ({
          didResolveSource: async ({ source }) => void seen.push(source),
          parsingDidStart: async () => void seen.push('parse'),
          validationDidStart: async () => void seen.push('validate'),
          didResolveOperation: async ({ document }) => void seen.push(`${document.definitions.length} operations`),
        }),
      },
    ],
  })
  await apollo.announce(query, parse(query))
  await apollo.stop()
  expect(seen).toEqual(['schema true', query, '2 operations', 'stop'])
})

test('A plugin of Apollo Server may refuse a document', async () => {
  const refusal = new GraphQLError('Not today.', { extensions: { code: 'FORBIDDEN' } })
  const apollo = await startApollo({
    schema,
    supergraph,
    log,
    plugins: [{ requestDidStart: async () => ({ didResolveOperation: () => Promise.reject(refusal) }) }],
  })
  await expect(apollo.announce('{ a }', parse('{ a }'))).rejects.toMatchObject({
    errors: [{ message: 'Not today.', extensions: { code: 'FORBIDDEN' } }],
  })
  await apollo.stop()
})

test('A schema with defaults that the library cannot print is hosted', async () => {
  const odd = buildSchema('scalar JSON type Query { search(filter: JSON = {kind: ["x"]}): Int }')
  const apollo = await startApollo({ schema: odd, supergraph, log })
  await apollo.stop()
})
