/** Contract variants: parts of the schema by `@tag`, each on a path of its own. */
import { z } from 'zod'
import { safelistSection } from './operations.ts'
import { CLIMBS, climbs, list, onOff } from './values.ts'

const NAME = /^[a-z][\w-]{0,63}$/i
const PATH = /^(\/[\w.~-]+)+$/
/** First parts of paths that the gateway serves itself. */
const TAKEN: ReadonlySet<string> = new Set(['health', 'assets', 'demo', 'app'])

const tags = list(z.string().regex(/^[\w/-]{1,128}$/, 'must be names of tags'))

const path = z
  .string()
  .regex(PATH, 'must be a path such as /graphql/partner')
  .refine((path) => !climbs(`${path}/`), CLIMBS)
  .refine((path) => path !== '/graphql', 'is the path of the whole schema')
  .refine((path) => !TAKEN.has(path.split('/')[1] ?? ''), 'is below a path that the gateway serves itself')

const variant = z.strictObject({
  /** `/graphql/<name>` without it. */
  path: path.optional(),
  /** Tags of included elements; without any, everything that is not excluded. */
  include: tags.default([]),
  /** Tags of excluded elements; takes precedence over `include`. */
  exclude: tags.default([]),
  /** Leaves out types that none of its operations can reach. */
  hideUnreachable: onOff.default(true),
  /** Whether clients may ask for its schema; off in production unless it is set. */
  introspection: onOff.optional(),
  identity: z
    .strictObject({
      /** Refuse requests without a token; `identity.required` without it. */
      required: onOff.optional(),
    })
    .prefault({}),
  operations: z
    .strictObject({
      /** The safelist of this variant, instead of that of `operations`. */
      safelist: safelistSection,
    })
    .prefault({}),
})

const MOST = 32
const isBounded = (variants: object): boolean => Object.keys(variants).length <= MOST

export const variantsSection = z
  .record(z.string().regex(NAME, 'must be a name of letters, digits, - and _'), variant)
  .refine(isBounded, `must be at most ${MOST}`)
  .default({})

export type VariantSettings = z.output<typeof variant>

/** Where the gateway answers for a variant. */
export const variantPath = (name: string, { path }: VariantSettings): string => path ?? `/graphql/${name}`
