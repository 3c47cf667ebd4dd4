/** A universe whose queries can be subscribed to as well: each event is what the query answers. */
import { type FieldDefinitionNode, Kind, parse, print } from 'graphql'
import type { Universe } from '../execution/support/universe.ts'

export function withSubscriptions(universe: Universe): Universe {
  const texts = Object.entries(universe.services)
  const hasOwn = texts.some(([, text]) => fieldsOf(text, 'Subscription').length > 0)
  // One service alone may give the events of a field.
  const known = new Set<string>()
  const events = (text: string): string => {
    const fields = fieldsOf(text, 'Query').filter(
      ({ name, directives = [] }) =>
        !known.has(name.value) && !directives.some((each) => each.name.value === 'inaccessible'),
    )
    for (const { name } of fields) known.add(name.value)
    const lines = fields.map((field) => print({ ...field, directives: [] }))
    return lines.length === 0 ? '' : `\ntype Subscription { ${lines.join(' ')} }`
  }
  return {
    ...universe,
    services: Object.fromEntries(texts.map(([name, text]) => [name, hasOwn ? text : text + events(text)])),
    createWorld() {
      const world = universe.createWorld()
      return { ...world, Subscription: world.Query }
    },
  }
}

const fieldsOf = (text: string, type: string): readonly FieldDefinitionNode[] =>
  parse(text).definitions.flatMap((definition) =>
    definition.kind === Kind.OBJECT_TYPE_DEFINITION && definition.name.value === type ? (definition.fields ?? []) : [],
  )
