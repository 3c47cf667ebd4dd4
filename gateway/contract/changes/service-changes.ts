/**
 * Changes between the schemas of services: directives, and which service answers a field. Changes
 * that clients see are found in the public schema.
 */
import { type GraphQLSchema, isInterfaceType, OperationTypeNode } from 'graphql'
import type { Change, Dependent } from './change.ts'
import { directiveRules, type Effect, normal, safe } from './directive-rules.ts'
import { throughAbstract, throughObjects } from './read-as.ts'
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

/** Changes at one place that exists in both. */
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
    const [old, next] = [appliedTo(was, name, known.elements), appliedTo(now, name, elements)]
    const rule = directiveRules[name]
    const verdicts = rule ? rule(old, next) : otherDirective(name, old, next)
    return verdicts.map((verdict) => ({
      level: verdict.level,
      code: verdict.code,
      coordinate: now.coordinate,
      service,
      message: `\`${now.coordinate}\` of ${service} ${verdict.message} (@${name})`,
      reach: verdict.affects === 'clients' ? { anyOf: readAs(now.coordinate, [known], schema) } : {},
      dependents: dependentsOf(verdict, now, after, service),
      place: next.at(-1)?.place ?? elements.get(now.coordinate)?.place,
    }))
  })
}

/** Directives that, on a type, apply to each of its fields. */
const FOR_FIELDS: ReadonlySet<string> = new Set(['shareable', 'external'])

/**
 * A directive of a place, or the one of its type that applies to it; for a type also a directive
 * that all of its fields have.
 */
function appliedTo(element: Element, name: string, elements: ServiceElements['elements']): readonly Applied[] {
  const own = named(element, name)
  if (own.length > 0 || !FOR_FIELDS.has(name)) return own
  const type = elements.get(typeOf(element.coordinate))
  if (element.kind === 'FIELD') return type ? named(type, name) : []
  const fields = [...elements.values()].filter(
    ({ kind, coordinate }) => kind === 'FIELD' && typeOf(coordinate) === element.coordinate,
  )
  const all = fields.map((field) => named(field, name))
  return all.every((applied) => applied.length > 0) ? (all[0] ?? []) : []
}

const named = ({ directives }: Element, name: string): readonly Applied[] =>
  directives.filter((directive) => directive.name === name)

/** Deprecations and links are reported elsewhere, or mean nothing by themselves. */
const TOLD: ReadonlySet<string> = new Set(['deprecated', 'oneOf', 'specifiedBy', 'link', 'composeDirective', 'extends'])

function otherDirective(name: string, before: readonly Applied[], after: readonly Applied[]): readonly Effect[] {
  const text = (applied: readonly Applied[]): string => JSON.stringify(applied.map(({ values }) => values))
  if (TOLD.has(name) || text(before) === text(after)) return []
  const what = before.length === 0 ? 'is new' : after.length === 0 ? 'is gone' : 'is another'
  return [safe('DIRECTIVE_CHANGED', `has changed: @${name} ${what}`)]
}

/**
 * The coordinates by which clients read it: an interface object answers the fields of the
 * interface's objects.
 */
function readAs(coordinate: string, services: readonly ServiceElements[], schema: GraphQLSchema): readonly string[] {
  const isObject = services.some(({ elements }) => elements.get(typeOf(coordinate))?.kind === 'OBJECT')
  return isObject && isInterfaceType(schema.getType(typeOf(coordinate)))
    ? throughObjects(schema, coordinate)
    : throughAbstract(schema, coordinate)
}

const typeOf = (coordinate: string): string => coordinate.split('.')[0] ?? ''

/** Services that refer to a type by the key. */
function dependentsOf(
  { affects }: Effect,
  { coordinate }: Element,
  services: readonly ServiceElements[],
  own: string,
): readonly Dependent[] {
  if (typeof affects === 'string') return []
  return services.flatMap(({ service, elements }) => {
    const element = service === own ? undefined : elements.get(coordinate)
    const key = element && named(element, 'key').find(({ values }) => normal(values['fields']) === affects.key)
    return key ? [{ service, coordinate, place: key.place }] : []
  })
}

/** Services that are added or removed, and fields that move between services unseen by clients. */
function whoAnswers({ before, after, schema }: ServiceChangesInput): readonly Change[] {
  const old = new Map(before.map((service) => [service.service, service]))
  const now = new Map(after.map((service) => [service.service, service]))
  const services = [
    ...after.filter(({ service }) => !old.has(service)).map((one) => arrival(one, 'SERVICE_ADDED', 'is new')),
    ...before.filter(({ service }) => !now.has(service)).map((one) => arrival(one, 'SERVICE_REMOVED', 'is gone')),
  ]
  const answered = fieldsOf(after)
  const called = calledTypes([...before, ...after], schema)
  const moved = [...fieldsOf(before)].flatMap(([coordinate, holders]): Change[] => {
    const next = answered.get(coordinate)
    const [type = '', field = ''] = coordinate.split('.')
    if (!next || !called.has(type) || !isPublic(schema, type, field)) return []
    const [gone, come] = [without(holders, next), without(next, holders)]
    if (gone.length === 0 && come.length === 0) return []
    const element = now.get(come[0] ?? next[0] ?? '')?.elements.get(coordinate)
    const [override] = element ? named(element, 'override') : []
    const from = gone.length > 0 ? `no longer in ${gone.join(' and ')}` : undefined
    const by = override ? ` by @override(${valuesOf(override)})` : ''
    const to = come.length > 0 ? `now in ${come.join(' and ')}${by}` : `left to ${next.join(' and ')}`
    return [
      {
        level: 'dangerous',
        code: 'FIELD_MOVED',
        coordinate,
        service: come[0] ?? gone[0],
        message: `\`${coordinate}\` is ${[from, to].filter((part) => part !== undefined).join(', ')}: who answers it changes`,
        reach: { anyOf: readAs(coordinate, before, schema) },
        place: element?.place,
      },
    ]
  })
  return [...services, ...moved]
}

const valuesOf = ({ values }: Applied): string =>
  Object.entries(values)
    .map(([name, value]) => `${name}: ${value}`)
    .join(', ')

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

/** Types that services are called for; fields of others come with their object. */
const calledTypes = (services: readonly ServiceElements[], schema: GraphQLSchema): ReadonlySet<string> =>
  new Set([
    ...Object.values(OperationTypeNode).flatMap((kind) => schema.getRootType(kind)?.name ?? []),
    ...services.flatMap(({ elements }) =>
      [...elements.values()].filter((element) => named(element, 'key').length > 0).map(({ coordinate }) => coordinate),
    ),
  ])

/** Names of the services that answer each field. */
function fieldsOf(services: readonly ServiceElements[]): ReadonlyMap<string, readonly string[]> {
  const fields = new Map<string, string[]>()
  for (const { service, elements } of services)
    for (const element of elements.values()) {
      if (element.kind !== 'FIELD' || named(element, 'external').length > 0 || isOfKey(element, elements)) continue
      if (elements.get(typeOf(element.coordinate))?.kind === 'INTERFACE') continue
      const holders = fields.get(element.coordinate) ?? []
      fields.set(element.coordinate, holders)
      holders.push(service)
    }
  return fields
}

/**
 * Whether the field is part of a key: a service that only refers to a type has its key fields, but
 * does not answer them.
 */
function isOfKey({ coordinate }: Element, elements: ServiceElements['elements']): boolean {
  const [type = '', field = ''] = coordinate.split('.')
  const keys = (elements.get(type)?.directives ?? []).filter(({ name }) => name === 'key')
  return keys.some(({ values }) => normal(values['fields']).split(' ').includes(field))
}

/** Where a coordinate, or the element that contains it, is declared. */
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
