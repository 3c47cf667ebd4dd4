/**
 * `npm run compare`: runs queries through this gateway and through the stock `@apollo/gateway`, on
 * the same services, and shows every difference. Exits 0 if none matters, 1 if one does, 2 if
 * nothing could be compared.
 */
import { readFile } from 'node:fs/promises'
import { relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import { readOperations } from '../../gateway/contract/sources/operation-files.ts'
import { files } from '../../gateway/supergraph/files.ts'
import { readGraphs } from '../../gateway/supergraph/graphs.ts'
import { isNodeGraph } from '../../gateway/supergraph/node-graph.ts'
import { readRecorded } from '../../gateway/usage/read.ts'
import { runCommand } from '../../platform/process/command.ts'
import { StartRefused } from '../../platform/process/settings.ts'
import { type Arguments, readArguments } from './arguments.ts'
import { compareAll, type Given } from './compare.ts'
import { type Grounds, startBoth } from './gateways.ts'
import { findProduct } from './product.ts'
import { recordedQueries } from './recorded.ts'
import { jsonOf, type Report, tableOf } from './report.ts'
import { withoutAccessRules } from './without-access-rules.ts'

const OPERATIONS = fileURLToPath(new URL('../../gateway/operations', import.meta.url))

const WITHOUT_RULES =
  'The supergraph says who may see what. The stock gateway refuses that, so both were given it without these rules: the services decide.'

async function run(args: Arguments): Promise<Report> {
  const given = await readGiven(args)
  const { grounds, name, notes } = await findGrounds(args)
  const gateways = await startBoth(grounds)
  try {
    return { supergraph: name, notes, operations: await compareAll(gateways, given) }
  } finally {
    await gateways.stop()
  }
}

async function readGiven({ operations, supergraph, use, variables: file }: Arguments): Promise<Given> {
  const paths = operations.length > 0 || supergraph !== undefined ? operations : [OPERATIONS]
  const read = await Promise.all(paths.map((path) => readOperations(path)))
  const recorded = (await Promise.all(use.map(readRecorded))).flat()
  return {
    unreadable: read.flatMap(({ unreadable }) => unreadable),
    ...(use.length > 0 && { recorded: recordedQueries(recorded) }),
    operations: read.flatMap((one) => one.operations),
    variables: file === undefined ? {} : await readVariables(file),
  }
}

async function readVariables(file: string): Promise<Given['variables']> {
  const text = await readFile(file, 'utf8').catch(() => {
    throw new StartRefused(`--variables ${file}: the file cannot be read.`)
  })
  try {
    const value = JSON.parse(text) as Given['variables']
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value
  } catch {
    // Not JSON: refused below.
  }
  throw new StartRefused(`--variables ${file}: must be JSON, variables by the names of operations.`)
}

interface Found {
  readonly grounds: Grounds
  readonly name: string
  readonly notes: readonly string[]
}

/** The supergraph with its services: the given one, or the running product's. */
async function findGrounds(args: Arguments): Promise<Found> {
  const { supergraph: path, services: given, headers, config } = args
  const file = path ?? fileURLToPath(files.supergraph)
  const text = await readFile(file, 'utf8').catch(() => {
    throw new StartRefused(`--supergraph ${file}: the file cannot be read.`)
  })
  const product = path === undefined ? await findProduct(args.admin, process.env) : undefined
  const supergraph = withoutAccessRules(text)
  const graphs = readGraphs(supergraph).filter((graph) => !isNodeGraph(graph))
  if (graphs.length === 0) throw new StartRefused(`--supergraph ${file}: it is not a supergraph: it joins no service.`)
  const stranger = [...given.keys()].find((name) => !graphs.some((graph) => graph.name === name))
  if (stranger !== undefined) throw new StartRefused(`--service ${stranger}: the supergraph joins no such service.`)
  const services = new Map(graphs.map(({ name, url }) => [name, given.get(name) ?? product?.services.get(name) ?? url]))
  const lost = [...services].filter(([, url]) => !URL.canParse(url)).map(([name]) => name)
  if (lost.length > 0)
    throw new StartRefused(`There is no address of ${lost.join(', ')}: name it with --service NAME=URL.`)
  const isSignedOut = product !== undefined && !headers.has('authorization')
  return {
    grounds: {
      supergraph,
      services,
      headers: isSignedOut ? new Map([...headers, ['authorization', await product.authorization()]]) : headers,
      secret: product?.secret ?? process.env['GATEWAY_SECRET'],
      config,
    },
    name: relative(process.cwd(), file) || file,
    notes: text === supergraph ? [] : [WITHOUT_RULES],
  }
}

const isAsked = ({ operations }: Report): boolean => operations.some(({ calls }) => calls !== undefined)

await runCommand(async () => {
  const args = readArguments(process.argv.slice(2))
  const report = await run(args)
  console.log(args.isJson ? jsonOf(report) : tableOf(report))
  const isDifferent = report.operations.some(({ verdict }) => verdict === 'differs')
  return isDifferent ? 1 : isAsked(report) ? 0 : 2
})
