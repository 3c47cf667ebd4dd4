/** Images that are made when they are asked for, asked for all at once. */
import type { Attack } from '../attack.ts'
import { type Target, tally } from '../target.ts'

const ASSETS = ['accounts/three-balances.png', 'budget/three-pots.png', 'cards/frozen.png']
const WIDTHS = 40 // of each image, in two formats
const AT_A_TIME = 8 // widths that one question may name

export const imageAttacks: readonly Attack[] = [
  {
    name: 'every width of every image at once',
    async run(target) {
      const urls = await variantsOf(target)
      const statuses = await Promise.all(
        urls.map(async (url) => {
          const response = await fetch(`${target.url}${url}`)
          await response.arrayBuffer()
          return String(response.status)
        }),
      )
      return tally(statuses)
    },
    expected: /^\d+ x (200|503|429)(, \d+ x (200|503|429))*$/,
    question: '{ search(text: "transfer", first: 3) { edges { node { title } } } }',
  },
]

async function variantsOf(target: Target): Promise<readonly string[]> {
  const groups = Math.ceil((WIDTHS / AT_A_TIME) * target.scale)
  const asked = ASSETS.flatMap((path, asset) =>
    Array.from({ length: groups }, (_, group) => {
      const widths = Array.from({ length: AT_A_TIME }, (_, n) => 16 + 13 * (group * AT_A_TIME + n))
      return `v${asset}x${group}: asset(path: ${JSON.stringify(path)}) { variants(width: [${widths.join()}]) { url } }`
    }),
  )
  const response = await fetch(`${target.url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ query: `{ ${asked.join(' ')} }` }),
  })
  const { data } = (await response.json()) as { data: Record<string, { variants: { url: string }[] }> }
  return Object.values(data).flatMap(({ variants }) => variants.map(({ url }) => url))
}
