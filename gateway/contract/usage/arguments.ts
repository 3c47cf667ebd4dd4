/** The arguments of `npm run usage`. */
import { parseCommand } from '../../../platform/process/command.ts'
import { readDays } from '../checks/recorded.ts'

export interface UsageArguments {
  /** Files, folders and Redis URLs; by default where the gateway records. */
  readonly use: readonly string[]
  /** Number of days, up to the last one recorded. */
  readonly days: number | undefined
  /** A public schema or a supergraph; without it the gateway's own. */
  readonly schema: string | undefined
  /** Coordinates to treat as removed. */
  readonly without: readonly string[]
  readonly output: 'text' | 'json'
}

const USAGE = `npm run usage -- [options]
  --use PLACE           recorded use: a file, a folder or the URL of a Redis; else where this gateway records; may be repeated
  --days NUMBER         only the last days of it
  --schema FILE         a public schema or a supergraph; else gateway/schema.graphql
  --without COORDINATE  whom the removal of Type, Type.field, Type.field(argument:), Input.field or Enum.VALUE breaks; may be repeated
  --json                print JSON`

/** @throws StartRefused */
export function readArguments(args: readonly string[]): UsageArguments {
  const many = { type: 'string', multiple: true, default: [] as string[] } as const
  const options = {
    use: many,
    days: { type: 'string' },
    schema: { type: 'string' },
    without: many,
    json: { type: 'boolean' },
  } as const
  const { use, days, schema, without, json } = parseCommand({ args: [...args], options }, USAGE).values
  return { use, days: readDays(days), schema, without, output: json ? 'json' : 'text' }
}
