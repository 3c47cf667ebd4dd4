/** The arguments of `npm run compare`. */
import { parseCommand, readNamed } from '../../platform/process/command.ts'
import { StartRefused } from '../../platform/process/settings.ts'

export interface Arguments {
  /** By default the product's own. */
  readonly supergraph: string | undefined
  /** Folders, files and manifests; without any the product's own operations. */
  readonly operations: readonly string[]
  /** Recorded use: files, folders and Redis. Only recorded operations are compared. */
  readonly use: readonly string[]
  /** A JSON file: variables by the name of the operation. */
  readonly variables: string | undefined
  readonly headers: ReadonlyMap<string, string>
  /** Addresses by service, which replace those of the supergraph or the running product. */
  readonly services: ReadonlyMap<string, string>
  /** A `tributary.config.ts` for this gateway. */
  readonly config: string | undefined
  /** Admin port of the running product. */
  readonly admin: string
  readonly isJson: boolean
}

const ADMIN = 'http://127.0.0.1:4090'

const USAGE = `npm run compare -- [options]
  --supergraph FILE      the supergraph that both gateways run; else the product's own, on the services of a running product
  --operations PATH      a folder or file of operations, or a manifest; may be repeated; else gateway/operations
  --use PLACE            only queries that are in recorded use, a file, a folder or a Redis; may be repeated
  --variables FILE       JSON: variables by the name of the operation, besides a .json file beside its .graphql file
  --header 'NAME: VALUE' sent with each operation, and told to the services by both gateways; may be repeated
  --service NAME=URL     where a service is, in place of the supergraph's address; may be repeated
  --config FILE          a tributary.config.ts for this gateway
  --admin URL            the admin port of the running product, ${ADMIN} by default
  --json                 print JSON`

/** @throws StartRefused */
export function readArguments(args: readonly string[]): Arguments {
  const values = parse(args)
  if (values.supergraph !== undefined && values.operations.length + values.use.length === 0)
    throw new StartRefused('--supergraph needs --operations PATH or --use PLACE: what is to be asked of it.')
  return {
    supergraph: values.supergraph,
    operations: values.operations,
    use: values.use,
    variables: values.variables,
    headers: new Map(values.header.map(readHeader)),
    services: new Map(values.service.map(readService)),
    config: values.config,
    admin: readUrl('--admin', values.admin),
    isJson: values.json,
  }
}

function parse(args: readonly string[]) {
  const many = { type: 'string', multiple: true, default: [] as string[] } as const
  const one = { type: 'string' } as const
  const options = {
    supergraph: one,
    operations: many,
    use: many,
    variables: one,
    header: many,
    service: many,
    config: one,
    admin: { type: 'string', default: ADMIN },
    json: { type: 'boolean', default: false },
  } as const
  return parseCommand({ args: [...args], options }, USAGE).values
}

function readHeader(text: string): [string, string] {
  const [, name, value] = /^([\w!#$%&'*+.^`|~-]+):\s*(.*\S)\s*$/.exec(text) ?? []
  if (name === undefined || value === undefined)
    throw new StartRefused(`--header ${text}: must be NAME: VALUE, for example 'authorization: Bearer …'.`)
  return [name.toLowerCase(), value]
}

function readService(text: string): [string, string] {
  const [name, url] = readNamed('--service', text, 'NAME=URL, for example items=http://127.0.0.1:4202/graphql')
  return [name, readUrl(`--service ${name}`, url)]
}

function readUrl(argument: string, text: string): string {
  if (/^https?:\/\//.test(text) && URL.canParse(text)) return text.replace(/\/$/, '')
  throw new StartRefused(`${argument}: ${text} is not an absolute http or https URL.`)
}
