/** Derives names from a service's name, and refuses names that a service may not have. */
import { Script } from 'node:vm'
import { type DocumentNode, Kind } from 'graphql'
import { addressSetting } from '../../gateway/config/environment.ts'
import { ownDatabaseSetting } from '../../platform/process/own-database.ts'

export interface Names {
  /** `cart`, as in the registry. */
  readonly service: string
  /** `cart`: a root field, and the word for one object. */
  readonly one: string
  /** `carts` */
  readonly many: string
}

/** Names that are taken. */
export interface Taken {
  readonly services: readonly string[]
  readonly settings: ReadonlySet<string>
  /** Schemas by service. */
  readonly schemas: ReadonlyMap<string, DocumentNode>
}

const NAME = /^[a-z][a-zA-Z0-9]{1,39}$/
/** Labels and folders that are no services. */
const RESERVED = ['build', 'database', 'gateway', 'identity', 'migrations', 'prisma', 'shared', 'supergraph']
/** Names that the templates use themselves. */
const IN_TEMPLATES = ['args', 'caller', 'connection', 'pageArguments', 'prismaClient', 'readPage', 'resolver', 'byId']
/** `Map`, `Error` and so on, without what Node adds. */
const GLOBALS: readonly string[] = new Script('Object.getOwnPropertyNames(globalThis)').runInNewContext()
const BUILT_IN = ['Query', 'Mutation', 'Subscription', 'String', 'Int', 'Float', 'Boolean', 'ID']

export function namesOf(service: string): Names {
  const one = singular(service)
  return { service, one, many: plural(one) }
}

/** Why a service cannot have these names; `undefined` if it can. */
export function refusalOf({ service, one, many }: Names, { services, settings, schemas }: Taken): string | undefined {
  if (!NAME.test(service))
    return `"${service}" is no name for a service: a lower-case letter comes first, then one to 39 letters and digits, as in cart or loyaltyPoints.`
  const word = [service, one, many].find((name) => !isIdentifier(name))
  if (word !== undefined) return `"${service}" is no name for a service: "${word}" is a word of JavaScript.`
  const global = [capital(one), capital(service)].find((name) => GLOBALS.includes(name))
  if (global !== undefined) return `"${service}" is taken: ${global} is a name of JavaScript.`
  if (RESERVED.includes(service)) return `"${service}" is reserved: something that is no service has this name.`
  const used = IN_TEMPLATES.find((name) => [one, many].includes(name))
  if (used !== undefined) return `"${service}" is reserved: the code of each service uses the name ${used}.`
  const same = services.find((name) => name.toLowerCase() === service.toLowerCase())
  if (same !== undefined) return `"${service}" is taken: the registry has a service ${same}.`
  const setting = [addressSetting(service), ownDatabaseSetting(service)].find((name) => settings.has(name))
  if (setting !== undefined) return `"${service}" is taken: ${setting} is a setting already.`
  const types = [capital(one), `${capital(one)}Connection`, `${capital(one)}Edge`, `Add${capital(one)}Input`]
  if (BUILT_IN.includes(capital(one))) return `"${service}" is taken: ${capital(one)} is a type of GraphQL.`
  for (const [owner, schema] of schemas) {
    const known = declared(schema)
    const clash = [...types, `Query.${one}`, `Query.${many}`, `Mutation.add${capital(one)}`].find((name) =>
      known.has(name),
    )
    if (clash !== undefined) return `"${service}" is taken: the schema of ${owner} has ${clash}.`
  }
  return undefined
}

export const capital = (name: string): string => name.charAt(0).toUpperCase() + name.slice(1)

/** `name` has passed `NAME`, so that nothing else is in the script. */
function isIdentifier(name: string): boolean {
  try {
    new Script(`'use strict'; let ${name}`)
    return name !== 'undefined' && !(name in Object.prototype)
  } catch {
    return false
  }
}

function singular(name: string): string {
  if (/[^aeiou]ies$/.test(name)) return name.replace(/ies$/, 'y')
  if (/(ss|sh|ch|x)es$/.test(name)) return name.replace(/es$/, '')
  return /[^sui]s$/.test(name) ? name.slice(0, -1) : name
}

function plural(name: string): string {
  if (/[^aeiou]y$/.test(name)) return name.replace(/y$/, 'ies')
  return /(s|sh|ch|x|z)$/.test(name) ? `${name}es` : `${name}s`
}

/** Types, and fields of the root types. */
function declared({ definitions }: DocumentNode): ReadonlySet<string> {
  const names = definitions.flatMap((definition) => {
    if (!('name' in definition) || !definition.name) return []
    const type = definition.name.value
    const isObject = definition.kind === Kind.OBJECT_TYPE_DEFINITION || definition.kind === Kind.OBJECT_TYPE_EXTENSION
    return [type, ...((isObject && definition.fields) || []).map(({ name }) => `${type}.${name.value}`)]
  })
  return new Set(names)
}
