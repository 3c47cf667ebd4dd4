/** Finds changes of the public schema that break a known operation. Pure: reads no file. */
// MIT; finds every breaking change between two schemas
import { type Change, CriticalityLevel, diff, validate } from '@graphql-inspector/core'
import {
  buildSchema,
  type GraphQLSchema,
  getNamedType,
  isInterfaceType,
  isObjectType,
  parse,
  type Source,
  TypeInfo,
  visit,
  visitWithTypeInfo,
} from 'graphql'

/**
 * One line per fault: an operation that no longer validates, or a breaking change of something it
 * uses.
 * @param operations each named after its file
 */
export async function findBreakage(
  before: string | undefined,
  now: string,
  operations: readonly Source[],
): Promise<readonly string[]> {
  const schema = buildSchema(now)
  const invalid = validate(schema, [...operations], { strictFragments: false, strictDeprecated: false }).flatMap(
    ({ source, errors }) => errors.map((error) => `${source.name}: ${error.message}`),
  )
  if (before === undefined) return invalid
  const old = buildSchema(before)
  const breaking = (await diff(old, schema)).filter(
    ({ criticality }) => criticality.level === CriticalityLevel.Breaking,
  )
  const broken = operations.flatMap((source) => {
    const used = usedCoordinates(old, source)
    return breaking
      .filter((change) => touches(old, change, used))
      .map((change) => `${source.name}: ${change.path}: ${change.message}`)
  })
  return [...new Set([...invalid, ...broken])]
}

/**
 * A change of a field or argument counts if the operation uses it. A change of a type, an enum
 * value or an input field counts if the operation uses the type.
 */
function touches(schema: GraphQLSchema, { path, type: kind }: Change, used: ReadonlySet<string>): boolean {
  const [typeName = '', fieldName, argumentName] = path?.split('.') ?? []
  const type = schema.getType(typeName)
  if (fieldName === undefined || !(isObjectType(type) || isInterfaceType(type))) return used.has(typeName)
  const field = `${typeName}.${fieldName}`
  return used.has(argumentName === undefined || kind === 'FIELD_ARGUMENT_ADDED' ? field : `${field}.${argumentName}`)
}

/**
 * `Type`, `Type.field` and `Type.field.argument` for everything that an operation uses, including
 * input types.
 */
function usedCoordinates(schema: GraphQLSchema, source: Source): ReadonlySet<string> {
  const used = new Set<string>()
  const info = new TypeInfo(schema)
  const document = parse(source)
  visit(
    document,
    visitWithTypeInfo(info, {
      Field() {
        const parent = info.getParentType()
        const field = info.getFieldDef()
        if (!parent || !field) return
        used.add(parent.name).add(`${parent.name}.${field.name}`).add(getNamedType(field.type).name)
      },
      Argument() {
        const [parent, field, argument] = [info.getParentType(), info.getFieldDef(), info.getArgument()]
        if (parent && field && argument) used.add(`${parent.name}.${field.name}.${argument.name}`)
      },
      ObjectField() {
        const parent = info.getParentInputType()
        const input = info.getInputType()
        if (parent) used.add(getNamedType(parent).name)
        if (input) used.add(getNamedType(input).name)
      },
      VariableDefinition() {
        const input = info.getInputType()
        if (input) used.add(getNamedType(input).name)
      },
    }),
  )
  return used
}
