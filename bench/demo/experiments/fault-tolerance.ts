/** Fault tolerance: every stateless instance is killed in turn under load, then the whole bank. */
import { setTimeout as sleep } from 'node:timers/promises'
import { balancesOf, euroAccounts } from '../bank.ts'
import { ask } from '../client.ts'
import type { Experiment, Findings, LinePlot } from '../experiment.ts'
import { count, seconds } from '../figures.ts'
import { type Answered, failureNames, failuresOf, type Load, longestOf, rateOf, startLoad } from '../load.ts'
import { findLosses, type Losses, startPayers } from '../payers.ts'
import type { Product } from '../product.ts'
import { somethingNew } from '../questions.ts'

const READERS = 6
const PAYERS = 6
const AROUND = 2_000 // milliseconds of load before and after

export const faultTolerance: Experiment = {
  name: 'fault-tolerance',
  title: 'What fails when instances crash?',
  async run(product, note) {
    const stateless = await killStateless(product, note)
    const bank = await killBank(product, note)
    return report(product, stateless, bank)
  },
}

/** Each request is different, so that no cache hides a fault. */
const startReaders = ({ gateway }: Product): Load =>
  startLoad({
    clients: READERS,
    pause: 5,
    once: async () => (await ask(gateway.url, somethingNew())).failure,
  })

interface Killed {
  readonly answered: readonly Answered[]
  readonly marks: NonNullable<LinePlot['marks']>
}

async function killStateless(product: Product, note: (text: string) => void): Promise<Killed> {
  const load = startReaders(product)
  const marks: { x: number; label: string }[] = []
  await sleep(AROUND)
  for (const part of [...product.of('weather'), ...product.of('content')]) {
    note(`kill ${part.label}`)
    marks.push({ x: load.now() / 1000, label: part.label })
    await part.kill()
    await product.settled()
  }
  await sleep(AROUND)
  return { answered: await load.stop(), marks }
}

interface BankKilled extends Killed, Losses {
  readonly payments: number
  readonly again: number
  /** Milliseconds from the crash to the next acknowledged payment. */
  readonly recovery: number
  /** Answers to readers of weather and content meanwhile. */
  readonly beside: readonly Answered[]
}

async function killBank(product: Product, note: (text: string) => void): Promise<BankKilled> {
  const accounts = await euroAccounts(product)
  const before = await balancesOf(product.gateway.url, accounts)
  const readers = startReaders(product)
  const payers = startPayers(product.gateway.url, accounts, PAYERS)
  await sleep(AROUND)
  note('kill all of banking at once')
  const at = payers.now()
  await Promise.all(product.of('banking').map((part) => part.kill()))
  await product.settled()
  await sleep(AROUND)
  const [answered, beside] = await Promise.all([payers.stop(), readers.stop()])
  note(`ask for each of ${payers.paid.size} payments once more`)
  const losses = await findLosses(product.gateway.url, accounts, before, payers.paid)
  // Payments in flight when the bank died may still have been acknowledged.
  const next = longestPause(payers.times, at)
  return {
    ...losses,
    answered,
    beside,
    marks: [{ x: at / 1000, label: 'all of banking' }],
    payments: payers.paid.size,
    again: payers.again,
    recovery: next - at,
  }
}

/** The end of the longest pause that includes the moment or begins after it. */
function longestPause(times: readonly number[], at: number): number {
  const sorted = times.toSorted((one, other) => one - other)
  const pauses = sorted.map((time, index) => ({ time, pause: time - Math.max(at, sorted[index - 1] ?? at) }))
  return pauses.filter(({ time }) => time > at).sort((one, other) => other.pause - one.pause)[0]?.time ?? Number.NaN
}

function report(product: Product, stateless: Killed, bank: BankKilled): Findings {
  const [failed, failedBeside] = [failuresOf(stateless.answered), failuresOf(bank.beside)]
  const instances = stateless.marks.length
  const banks = product.of('banking').length
  return {
    did: `${READERS} clients asked for weather and articles, each time something else, while each of ${instances} stateless instances was killed in turn. Then ${PAYERS} clients made payments, and asked again with the same key where there was no answer, while all ${banks} instances of the bank were killed at once. After that each acknowledged payment was asked for once more.`,
    atAGlance: {
      stateless: `${count(failed)} of ${count(stateless.answered.length)} requests failed`,
      stateful: `nothing answered for ${seconds(bank.recovery)}, ${count(bank.lost)} of ${count(bank.payments)} payments lost`,
    },
    measured: {
      head: ['', 'stateless', 'stateful'],
      rows: [
        ['instances killed', count(instances), count(banks)],
        ['requests answered', count(stateless.answered.length), count(bank.payments)],
        ['requests failed', `${count(failed)} ${failureNames(stateless.answered)}`.trim(), ''],
        ['requests that clients sent again', '0', count(bank.again)],
        ['longest wait for an answer', seconds(longestOf(stateless.answered)), seconds(longestOf(bank.answered))],
        ['time without an answer', '', seconds(bank.recovery)],
        ['acknowledged and lost', '', count(bank.lost)],
        ['weather and content while the bank was away: failed', count(failedBeside), ''],
        ['longest wait meanwhile', seconds(longestOf(bank.beside)), ''],
      ],
    },
    plots: [
      {
        kind: 'lines',
        title: 'Stateless instances killed in turn',
        across: 'seconds',
        measure: 'good answers per second',
        series: [{ name: 'weather and content', tone: 'stateless' }],
        values: rateOf('weather and content', stateless.answered),
        marks: stateless.marks,
      },
      {
        kind: 'lines',
        title: 'All of the bank killed at once',
        across: 'seconds',
        measure: 'good answers per second',
        series: [
          { name: 'payments', tone: 'stateful' },
          { name: 'weather and content', tone: 'stateless' },
        ],
        values: [...rateOf('payments', bank.answered), ...rateOf('weather and content', bank.beside)],
        marks: bank.marks,
      },
    ],
    claims: [
      {
        says: 'No request fails while stateless instances are killed.',
        holds: failed === 0,
        seen: `${count(failed)} of ${count(stateless.answered.length)} requests failed while ${instances} instances were killed; the longest took ${seconds(longestOf(stateless.answered))}`,
      },
      {
        says: 'Nothing that the bank acknowledged is lost, and nothing is paid twice.',
        holds: bank.lost === 0 && bank.wrong === 0,
        seen: `${count(bank.lost)} of ${count(bank.payments)} payments are lost, ${count(bank.wrong)} balances are wrong`,
      },
      {
        says: 'The bank pays again by itself, and the same keys are enough.',
        holds: Number.isFinite(bank.recovery),
        seen: `the next payment was acknowledged ${seconds(bank.recovery)} after the crash; clients sent ${count(bank.again)} requests again`,
      },
      {
        says: 'No request to weather and content fails while the bank is away.',
        holds: failedBeside === 0,
        seen: `${count(failedBeside)} of ${count(bank.beside.length)} requests failed; the longest took ${seconds(longestOf(bank.beside))}`,
      },
    ],
    follows:
      'Another stateless instance answers in place of the one that is gone, so more instances are all that availability takes. Only those who share the state can stand in for a stateful instance; while none of them lives, clients wait, and a key makes their waiting safe.',
  }
}
