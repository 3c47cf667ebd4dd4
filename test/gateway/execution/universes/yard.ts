/**
 * Interfaces that no service gives a key: every service knows all object types by one, and each
 * gives fields that lead back to the interface.
 */
import type { Thing, Universe } from '../support/universe.ts'

const link = `extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@key", "@shareable", "@requires", "@external", "@provides"])`

const TYPES = ['Crane', 'Lift', 'Truck', 'Van'] as const
const isMarked = (index: number): boolean => index % 2 === 0

/** The object types, each with the fields of the interface and what is its own. */
const objects = (fields: string, own: (type: string, index: number) => string, more = ''): string =>
  TYPES.map(
    (type, index) => `type ${type} implements Machine${more} @key(fields: "id") { ${fields} ${own(type, index)} }`,
  ).join('\n')

const stock = `${link}
type Query { machine: Machine machines: [Machine] crane: Crane any: [Any] site: Site }
union Any = Crane | Van | Pit
interface Machine { id: ID! name: String }
${objects('id: ID! name: String', (type) => `own${type}: Int`)}
interface Site { code: ID! name: String }
type Pit implements Site @key(fields: "code") { code: ID! name: String }
type Quay implements Site @key(fields: "code") @key(fields: "name") { code: ID! name: String }
`

const moves = `${link}
type Query { moved: [Machine!] }
interface Machine { id: ID! behind: Machine before: [Machine] site: Site weight: Int }
${objects('id: ID! behind: Machine before: [Machine] site: Site weight: Int', (type) => `moves${type}: Int`)}
interface Site { code: ID! }
type Pit implements Site @key(fields: "code") { code: ID! depth: Int }
type Quay implements Site @key(fields: "code") { code: ID! length: Int }
`

const marks = `${link}
interface Marked { mark: String }
interface Machine { id: ID! twin: Machine load(times: Int = 1): Int shade: String }
${TYPES.map(
  (type, index) =>
    `type ${type} implements Machine${isMarked(index) ? ' & Marked' : ''} @key(fields: "id") { id: ID! twin: Machine load(times: Int = 1): Int @requires(fields: "weight") weight: Int @external shade: String @shareable ${isMarked(index) ? 'mark: String' : ''} }`,
).join('\n')}
interface Site { code: ID! machines: [Machine] }
type Pit implements Site @key(fields: "code") { code: ID! machines: [Machine] }
type Quay implements Site @key(fields: "code") { code: ID! machines: [Machine] }
`

const shades = `${link}
type Query { shaded: Machine @provides(fields: "... on Crane { shade } ... on Lift { shade }") }
interface Machine { id: ID! next: Machine }
${objects('id: ID! next: Machine', (type) => (type === 'Crane' || type === 'Lift' ? 'shade: String @external' : ''))}
`

function createWorld() {
  const machines = TYPES.map(
    (type, index): Record<string, unknown> => ({
      __typename: type,
      id: `m${index}`,
      name: index === 1 ? null : `The ${type}`,
      [`own${type}`]: index,
      [`moves${type}`]: 10 * index,
      weight: index === 2 ? null : 100 + index,
      shade: isMarked(index) ? 'grey' : null,
      mark: index === 0 ? 'x' : null,
    }),
  )
  const at = (index: number): unknown => machines[index] ?? null
  const pit = { __typename: 'Pit', code: 'a', name: 'The pit', depth: 5, machines: [at(0), null, at(3)] }
  const quay = { __typename: 'Quay', code: 'b', name: null, length: null, machines: [] }
  machines.forEach((machine, index) => {
    machine['behind'] = at((index + 1) % 4)
    machine['before'] = index === 2 ? null : [at(index - 1), at(index)]
    machine['twin'] = at(index + 2)
    machine['next'] = at(3 - index)
    machine['site'] = index === 3 ? null : index === 0 ? pit : quay
  })
  return {
    Query: {
      machine: at(0),
      machines: [...machines, null],
      crane: at(0),
      any: [at(3), pit, null, at(0)],
      site: quay,
      moved: [at(2), at(1)],
      shaded: at(1),
    } as Thing,
    entities: [...machines, pit, quay] as Thing[],
  }
}

const load = ({ weight }: Thing, { times }: Readonly<Record<string, unknown>>): unknown =>
  typeof weight === 'number' ? weight * Number(times) : null

export const yard: Universe = {
  name: 'yard',
  services: { stock, moves, marks, shades },
  createWorld,
  computed: Object.fromEntries(TYPES.map((type) => [`${type}.load`, load])),
}
