/**
 * `npm run consumers`: replays the contracts of clients against the product, and against each
 * service alone, and reports which client a service breaks. Exits 1 if one is broken, 2 if nothing
 * could be tested.
 */
import { readFile } from 'node:fs/promises'
import { getOperationAST, OperationTypeNode } from 'graphql'
import { services } from '../../gateway/config/registry.ts'
import { files } from '../../gateway/supergraph/files.ts'
import { staleServices } from '../../gateway/supergraph/origin.ts'
import { runCommand } from '../../platform/process/command.ts'
import { type Arguments, readArguments } from './arguments.ts'
import { type Contract, readContracts } from './contracts/contract.ts'
import { type CallPlanner, createCallPlanner } from './replay/calls.ts'
import { checkSchema, type Outcome, replayOnProduct, replayOnService } from './replay/replay.ts'
import { callers, openSystem } from './replay/system.ts'
import { isBroken, jsonOf, textOf } from './report.ts'

async function run(args: Arguments): Promise<readonly Outcome[]> {
  const contracts = await readContracts(args.contracts)
  if (args.url !== undefined) return replayAt(args.url, contracts, args.mutations)
  const { supergraph, schema, changed } = await readComposed()
  const planner = createCallPlanner(supergraph, schema)
  const culprit = args.service ?? (changed.length === 1 ? changed[0] : undefined)
  const outcomes = [...checkSchema(contracts, planner, culprit)]
  const known = outcomes.filter(({ problems }) => problems.length === 0).map(({ contract }) => contract)
  const asked = known.filter((contract) => isAsked(contract, planner, args.service))
  if (asked.length > 0) outcomes.push(...(await replayHere(asked, planner, args.service)))
  return outcomes
}

/** The supergraph of the current schemas: composed again if one has changed. */
async function readComposed() {
  const names = services.map(({ name }) => name)
  const supergraph = await readFile(files.supergraph, 'utf8').catch(() => '')
  const changed = await staleServices(supergraph, names)
  const schema = changed.length > 0 ? '' : await readFile(files.schema, 'utf8').catch(() => '')
  if (supergraph !== '' && schema !== '') return { supergraph, schema, changed }
  // Imported lazily: composing takes two fifths of the CPU of a run that starts nothing.
  const { compose } = await import('../../gateway/composition/compose.ts')
  return { ...(await compose(names)), changed }
}

/** True if a contract has calls to test. @param only this service */
const isAsked = (contract: Contract, planner: CallPlanner, only: string | undefined): boolean =>
  only === undefined || planner.calls(contract).some(({ service }) => service === only)

async function replayHere(
  contracts: readonly Contract[],
  planner: CallPlanner,
  only: string | undefined,
): Promise<readonly Outcome[]> {
  const system = await openSystem(only, process.env)
  try {
    const outcomes: Outcome[] = []
    for (const contract of contracts) {
      const { url, authorization } = system
      if (only === undefined && url !== undefined)
        outcomes.push(await replayOnProduct(contract, { url, authorization }))
      for (const { name, kind } of services) {
        const url = system.services.get(name)
        if (url === undefined) continue
        const outcome = await replayOnService(contract, { name, kind, url, secret: system.secret }, planner, system)
        if (outcome) outcomes.push(outcome)
      }
    }
    return outcomes
  } finally {
    await system.stop()
  }
}

async function replayAt(url: string, contracts: readonly Contract[], mutations: boolean): Promise<readonly Outcome[]> {
  const harmless = contracts.filter(
    ({ document, trigger }) =>
      mutations || (getOperationAST(document)?.operation !== OperationTypeNode.MUTATION && !trigger),
  )
  const outcomes: Outcome[] = []
  for (const contract of harmless)
    outcomes.push(await replayOnProduct(contract, { url, authorization: callers(process.env) }))
  return outcomes
}

await runCommand(async () => {
  const args = readArguments(
    process.argv.slice(2),
    services.map(({ name }) => name),
  )
  const outcomes = await run(args)
  console.log(args.isJson ? jsonOf(outcomes) : textOf(outcomes))
  return isBroken(outcomes) ? 1 : 0
})
