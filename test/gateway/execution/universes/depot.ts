/**
 * An interface with many object types, of which two services know no objects and give fields that
 * lead back to the interface.
 */
import type { Thing, Universe } from '../support/universe.ts'

const link = `extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@key", "@interfaceObject", "@shareable"])`

const TYPES = ['Barrel', 'Box', 'Crate', 'Drum', 'Pallet', 'Sack'] as const

const stock = `${link}
type Query { item: Item items: [Item] crate: Crate }
interface Item @key(fields: "id") { id: ID! name: String below: Item }
${TYPES.map((type) => `type ${type} implements Item @key(fields: "id") { id: ID! name: String below: Item own${type}: Int }`).join('\n')}
`

const pairs = `${link}
type Query { paired: [Item!] }
type Item @key(fields: "id") @interfaceObject { id: ID! twin: Item twins: [Item] owner: Owner shade: String @shareable }
type Owner @key(fields: "id") { id: ID! }
`

const prices = `${link}
type Query { cheapest: Item }
type Item @key(fields: "id") @interfaceObject { id: ID! price: Int cheaper: Item shade: String @shareable }
`

const owners = `${link}
type Owner @key(fields: "id") { id: ID! age: Int has: [Item] }
type Item @key(fields: "id", resolvable: false) @interfaceObject { id: ID! }
`

function createWorld() {
  const items = TYPES.map(
    (type, index): Record<string, unknown> => ({
      __typename: type,
      id: `i${index}`,
      name: index === 3 ? null : `The ${type}`,
      [`own${type}`]: index,
      shade: index % 2 === 0 ? 'grey' : null,
      price: 10 * index,
    }),
  )
  const at = (index: number): unknown => items[index] ?? null
  const ann = { __typename: 'Owner', id: 'ann', age: 41, has: [at(0), null, at(3)] }
  const bob = { __typename: 'Owner', id: 'i1', age: null, has: [] }
  items.forEach((item, index) => {
    item['below'] = at(index + 2)
    item['twin'] = at((index + 1) % 4)
    item['twins'] = index === 2 ? null : [at(index - 1), at(index)]
    item['cheaper'] = at(index - 1)
    item['owner'] = index === 4 ? null : index % 2 === 0 ? ann : bob
  })
  return {
    Query: { item: at(0), items: [...items, null], crate: at(2), paired: [at(3), at(1)], cheapest: at(5) } as Thing,
    entities: [...items, ann, bob] as Thing[],
  }
}

export const depot: Universe = { name: 'depot', services: { stock, pairs, prices, owners }, createWorld }
