/** The arguments of `npm run consumers`. */
import { parseCommand } from '../../platform/process/command.ts'
import { StartRefused } from '../../platform/process/settings.ts'

export interface Arguments {
  /** Files and folders. */
  readonly contracts: readonly string[]
  /** The only service to ask, alone. */
  readonly service: string | undefined
  /** URL of GraphQL of a running product. */
  readonly url: string | undefined
  /** Whether mutations are sent to it. */
  readonly mutations: boolean
  readonly isJson: boolean
}

const USAGE = `npm run consumers -- [options] [files and folders of *.contract.json; else client/contracts/]
  --service NAME   start and ask this service only, without the others
  --url URL        ask a product that runs, and start nothing; TOKEN_PAYER=… and so on, or the demo's callers in DATA_DIR
  --mutations      with --url: send mutations, too
  --json           print JSON`

/** @param known names of services @throws StartRefused */
export function readArguments(args: readonly string[], known: readonly string[]): Arguments {
  const options = {
    service: { type: 'string' },
    url: { type: 'string' },
    mutations: { type: 'boolean' },
    json: { type: 'boolean' },
  } as const
  const { positionals, values } = parseCommand({ args: [...args], allowPositionals: true, options }, USAGE)
  const { service, url, mutations = false, json = false } = values
  const refuse = (reason: string): never => {
    throw new StartRefused(`${reason}\n${USAGE}`)
  }
  if (service !== undefined && !known.includes(service))
    refuse(`--service: there is no ${service} (there are ${known.join(', ')})`)
  if (service !== undefined && url !== undefined) refuse('--service starts one, and --url starts nothing: choose one.')
  if (url !== undefined && !/^https?:\/\//.test(url)) refuse('--url: must be an http or https URL')
  return {
    contracts: positionals.length > 0 ? positionals : ['client/contracts'],
    service,
    url,
    mutations,
    isJson: json,
  }
}
