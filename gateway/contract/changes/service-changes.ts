/**
 * Changes between the schemas of services: their directives, and which service answers a field.
 * What clients see of them is told by the public schema's changes.
 */
import type { GraphQLSchema } from 'graphql'
import type { Change, Dependent, Reach } from './change.ts'
import { directiveRules, type Effect, normal, safe } from './directive-rules.ts'
import { throughAbstract } from './public-changes.ts'
import type { Applied, Element, ServiceElements } from './service-schema.ts'

interface ServiceChangesInput {
  readonly before: readonly ServiceElements[]
  readonly after: readonly ServiceElements[]
  /** The public schema before. */
  readonly schema: GraphQLSchema
}

export function serviceChanges(input: ServiceChangesInput): readonly Change[] {
  const { before, after } = input
  const old = new Map(before.map((service) => [service.service, service]))
  return [
    ...whoAnswers(input),
    ...after.flatMap((now) => {
      const known = old.get(now.service)
      return known ? [...now.elements.values()].flatMap((element) => changesOf(known, now, element, input)) : []
    }),
  ]
}

/** Of one place that is in both. */
function changesOf(
  known: ServiceElements,
  { service, elements }: ServiceElements,
  now: Element,
  { after, schema }: ServiceChangesInput,
): readonly Change[] {
  const was = known.elements.get(now.coordinate)
  if (!was) return []
  const names = new Set([...was.directives, ...now.directives].map(({ name }) => name))
  return [...names].flatMap((name) => {
    const [old, next] = [named(was, name), named(now, name)]
    const rule = directiveRules[name]
    const verdicts = rule ? rule(old, next) : otherDirective(name, old, next)
    return verdicts.map((verdict) => ({
      level: verdict.level,
      code: verdict.code,
      coordinate: now.coordinate,
      service,
      message: `\`${now.coordinate}\` of ${service} ${verdict.message} (@${name})`,
      reach: reachOf(verdict, now, schema),
      dependents: dependentsOf(verdict, now, after, service),
      place: next.at(-1)?.place ?? elements.get(now.coordinate)?.place,
    }))
  })
}

const named = ({ directives }: Element, name: string): readonly Applied[] =>
  directives.filter((directive) => directive.name === name)

/** Deprecations and links are told elsewhere, or mean nothing by themselves. */
const TOLD: ReadonlySet<string> = new Set(['deprecated', 'oneOf', 'specifiedBy', 'link', 'composeDirective', 'extends'])

function otherDirective(name: string, before: readonly Applied[], after: readonly Applied[]): readonly Effect[] {
  const text = (applied: readonly Applied[]): string => JSON.stringify(applied.map(({ values }) => values))
  if (TOLD.has(name) || text(before) === text(after)) return []
  const what = before.length === 0 ? 'is new' : after.length === 0 ? 'is gone' : 'is another'
  return [safe('DIRECTIVE_CHANGED', `has changed: @${name} ${what}`)]
}

function reachOf({ felt }: Effect, { coordinate }: Element, schema: GraphQLSchema): Reach {
  return felt === 'by clients' ? { anyOf: throughAbstract(schema, coordinate) } : {}
}

/** Services that refer to a type by the key. */
function dependentsOf(
  { felt }: Effect,
  { coordinate }: Element,
  services: readonly ServiceElements[],
  own: string,
): readonly Dependent[] {
  if (typeof felt === 'string') return []
  return services.flatMap(({ service, elements }) => {
    const element = service === own ? undefined : elements.get(coordinate)
    const key = element && named(element, 'key').find(({ values }) => normal(values['fields']) === felt.key)
    return key ? [{ service, coordinate, place: key.place }] : []
  })
}

/** Services that come and go, and fields that move between them while clients see the same. */
function whoAnswers({ before, after, schema }: ServiceChangesInput): readonly Change[] {
  const old = new Map(before.map((service) => [service.service, service]))
  const now = new Map(after.map((service) => [service.service, service]))
  const services = [
    ...after.filter(({ service }) => !old.has(service)).map((one) => arrival(one, 'SERVICE_ADDED', 'is new')),
    ...before.filter(({ service }) => !now.has(service)).map((one) => arrival(one, 'SERVICE_REMOVED', 'is gone')),
  ]
  const answered = fieldsOf(after)
  const moved = [...fieldsOf(before)].flatMap(([coordinate, holders]): Change[] => {
    const next = answered.get(coordinate)
    const [type = '', field = ''] = coordinate.split('.')
    if (!next || !isPublic(schema, type, field)) return []
    const [gone, come] = [without(holders, next), without(next, holders)]
    if (gone.length === 0 && come.length === 0) return []
    const place = now.get(come[0] ?? next[0] ?? '')?.elements.get(coordinate)?.place
    const from = gone.length > 0 ? `no longer in ${gone.join(' and ')}` : undefined
    const to = come.length > 0 ? `now in ${come.join(' and ')}` : `left to ${next.join(' and ')}`
    return [
      {
        level: 'dangerous',
        code: 'FIELD_MOVED',
        coordinate,
        service: come[0] ?? gone[0],
        message: `\`${coordinate}\` is ${[from, to].filter((part) => part !== undefined).join(', ')}: who answers it changes`,
        reach: { anyOf: throughAbstract(schema, coordinate) },
        place,
      },
    ]
  })
  return [...services, ...moved]
}

const arrival = ({ service, file }: ServiceElements, code: string, what: string): Change => ({
  level: code === 'SERVICE_ADDED' ? 'safe' : 'dangerous',
  code,
  coordinate: 'schema',
  service,
  message: `The service ${service} ${what}`,
  reach: {},
  place: { file, line: 1, column: 1 },
})

const without = (some: readonly string[], others: readonly string[]): readonly string[] =>
  some.filter((one) => !others.includes(one))

const isPublic = (schema: GraphQLSchema, type: string, field: string): boolean => {
  const found = schema.getType(type)
  return found !== undefined && 'getFields' in found && field in found.getFields()
}

/** Names of the services that answer each field. */
function fieldsOf(services: readonly ServiceElements[]): ReadonlyMap<string, readonly string[]> {
  const fields = new Map<string, string[]>()
  for (const { service, elements } of services)
    for (const element of elements.values()) {
      if (element.kind !== 'FIELD' || named(element, 'external').length > 0 || isOfKey(element, elements)) continue
      const holders = fields.get(element.coordinate) ?? []
      fields.set(element.coordinate, holders)
      holders.push(service)
    }
  return fields
}

/** Whoever refers to a type has the fields of its key, and answers none of them. */
function isOfKey({ coordinate }: Element, elements: ServiceElements['elements']): boolean {
  const [type = '', field = ''] = coordinate.split('.')
  const keys = (elements.get(type)?.directives ?? []).filter(({ name }) => name === 'key')
  return keys.some(({ values }) => normal(values['fields']).split(' ').includes(field))
}

/** Where a coordinate is declared, or what it is part of. */
export function findPlace(services: readonly ServiceElements[], coordinate: string) {
  for (const each of [coordinate, ...parentsOf(coordinate)])
    for (const { elements } of services) {
      const place = elements.get(each)?.place
      if (place) return place
    }
  return undefined
}

const parentsOf = (coordinate: string): readonly string[] =>
  [coordinate.replace(/\(.*$/, ''), coordinate.split('.')[0] ?? ''].filter((each) => each !== coordinate)
