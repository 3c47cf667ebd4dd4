/** `test/stateless` shows with `requests.ts` that instances are interchangeable. */
import { afterEach, expect, test } from '@jest/globals'
import { type Instance, ownMegabytes, startInstance } from '../../stateless/support/instances.ts'
import { signedCall } from '../../support/signed-call.ts'

let instance: Instance | undefined
afterEach(() => instance?.kill())

test('An instance takes under 100 MB of its own under customer traffic', async () => {
  const started = await startInstance('content')
  instance = started
  const query = `query ($representations: [_Any!]!) {
    articles(first: 50) { edges { node { title summary readingTime } } }
    search(text: "card") { edges { node { title } highlights { field } } facets { topics { value } } }
    _entities(representations: $representations) { ... on Product { name terms { title html } } }
  }`
  for (const id of ['current-account', 'savings-account', 'foreign-currency-account', 'gone'])
    for (let count = 0; count < 25; count++)
      await signedCall(started.url, {
        query,
        variables: { representations: [{ __typename: 'Product', id }] },
      })
  expect(ownMegabytes(started.pid)).toBeLessThan(100) // measured: 80 to 86
})
