/** Access rules on fields of a page, all satisfied or one violated, compared with none. */
import type { Point } from './point.ts'

const LINK = '@link(url: "https://specs.apollo.dev/policy/v0.1", for: SECURITY)'

/** The supergraph with `@policy(policies: [["own"]])` at the field `description` of products. */
const ruled = (supergraph: string): string =>
  `${supergraph.replace('@link(', `${LINK}\n  @link(`).replace(/^ {2}description: String.*$/m, '$& @policy(policies: [["own"]])')}
   directive @policy(policies: [[String!]!]!) on FIELD_DEFINITION | OBJECT | INTERFACE | SCALAR | ENUM`

const policy = (allows: boolean): string => `{ authorization: { policies: { own: () => ${allows} } } }`

export const point: Point = {
  workload: 'page 200, unique',
  off: { config: '{}' },
  on: () => ({
    'a policy that allows': { config: policy(true), supergraph: ruled },
    'a policy that denies one field': { config: policy(false), supergraph: ruled, hasErrors: true },
  }),
}
