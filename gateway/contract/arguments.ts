/** The arguments of `npm run contract`. */
import { parseCommand, readNamed } from '../../platform/process/command.ts'
import { StartRefused } from '../../platform/process/settings.ts'
import { readDays } from './checks/recorded.ts'

type Output = 'table' | 'json' | 'markdown' | 'github'

export interface Arguments {
  /** Revision or file. */
  readonly base: string | undefined
  /** Schemas of services, which replace those of the registry or add to them. */
  readonly services: readonly { readonly name: string; readonly path: string }[]
  /** Only the named services, and none of the project's own operations. */
  readonly isAlone: boolean
  readonly operations: readonly string[]
  /** Recorded use: files, folders and URLs of a Redis. */
  readonly use: readonly string[]
  /** Number of days of recorded use, up to the last one recorded. */
  readonly days: number | undefined
  /** Coordinates whose breaking changes are intended. */
  readonly accepted: readonly string[]
  /** The gateway's configuration file: limits, safelists and variants. */
  readonly config: string | undefined
  readonly output: Output
}

const USAGE = `npm run contract -- [options]
  --base REVISION|FILE     compare with a Git revision, a supergraph or a public schema; else where this branch left main
  --service NAME=FILE      a service's schema, in the place of one of the registry or beside them; may be repeated
  --alone                  only the services named by --service, and only the operations named by --operations
  --operations PATH        a folder or file of operations, or a manifest, besides the project's own; may be repeated
  --use PLACE              recorded use: a file, a folder or the URL of a Redis; may be repeated
  --days NUMBER            only the last days of it
  --accept COORDINATE      a breaking change of this passes, whoever it affects; may be repeated
  --config FILE            the gateway's configuration: its limits, safelists and variants
  --json, --markdown, --github   print JSON, a Markdown table, or annotations of GitHub besides the table`

/** @throws StartRefused */
export function readArguments(args: readonly string[], isOnGitHub: boolean): Arguments {
  const { values } = parse(args)
  const chosen = (['json', 'markdown', 'github'] as const).filter((name) => values[name])
  if (chosen.length > 1) throw new StartRefused(`--${chosen.join(' and --')}: choose one.`)
  const services = values.service.map(readService)
  const twice = services.find(({ name }, at) => services.findIndex((other) => other.name === name) !== at)
  if (twice) throw new StartRefused(`--service names ${twice.name} twice.`)
  if (values.alone && services.length === 0) throw new StartRefused('--alone needs a --service NAME=FILE.')
  return {
    base: values.base,
    services,
    isAlone: values.alone,
    operations: values.operations,
    use: values.use,
    days: readDays(values.days),
    accepted: values.accept,
    config: values.config,
    output: chosen[0] ?? (isOnGitHub ? 'github' : 'table'),
  }
}

function parse(args: readonly string[]) {
  const many = { type: 'string', multiple: true, default: [] as string[] } as const
  const flag = { type: 'boolean', default: false } as const
  const options = {
    base: { type: 'string' },
    service: many,
    alone: flag,
    operations: many,
    use: many,
    days: { type: 'string' },
    accept: many,
    config: { type: 'string' },
    json: flag,
    markdown: flag,
    github: flag,
  } as const
  return parseCommand({ args: [...args], options }, USAGE)
}

function readService(text: string): { readonly name: string; readonly path: string } {
  const form = 'NAME=FILE, for example inventory=../inventory/schema.graphql'
  const [name, path] = readNamed('--service', text, form)
  return { name, path }
}
