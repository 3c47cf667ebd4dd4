/**
 * An instance that takes part in the election, in this process: a bank with the endpoint for the
 * others.
 */
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { HttpError } from '../../../../platform/http/message/http-error.ts'
import { newInstance } from '../../../../subgraphs/banking/database/backends.ts'
import type { Standing } from '../../../../subgraphs/banking/election/standing.ts'
import type { Sent } from '../../../../subgraphs/banking/forward/link.ts'
import type { LedgerParts } from '../../../../subgraphs/banking/ledger/part.ts'
import { ledgerParts } from '../../../../subgraphs/banking/ledger-parts.ts'
import { createOneWriter } from '../../../../subgraphs/banking/one-writer.ts'
import { log } from '../../../support/log.ts'
import { TEST_SECRET } from '../../../support/signed-call.ts'
import { until } from '../../../support/until.ts'
import { openBank, type TestBank } from '../support/bank.ts'

export interface Member extends TestBank {
  readonly address: string
  standing(): Standing
  /** Outcomes of the messages that it sent to the writer. */
  readonly sent: readonly Sent[]
  retire(): Promise<void>
}

interface MemberOptions {
  /** The address that it advertises to the others, for its port. */
  advertise?(port: number): Promise<string>
  readonly parts?: LedgerParts
}

export async function startMember(
  url: string,
  { advertise, parts = ledgerParts }: MemberOptions = {},
): Promise<Member> {
  const instance = newInstance()
  const sent: Sent[] = []
  const server = createServer()
  await once(server.listen(0, '127.0.0.1'), 'listening')
  const { port } = server.address() as AddressInfo
  const address = (await advertise?.(port)) ?? `http://127.0.0.1:${port}`
  const oneWriter = createOneWriter({
    url,
    instance,
    parts,
    secret: TEST_SECRET,
    address,
    log,
    onStanding: () => {},
    onSent: (outcome) => void sent.push(outcome),
  })
  const { election, forward } = oneWriter
  const bank = openBank(url, { elected: { instance, election, forward } })
  const { post, listening, retire } = oneWriter.serving(bank.ledger)
  server.on('request', async (request, response) => {
    try {
      response.end(await post(request, request.url ?? ''))
    } catch (error) {
      response.writeHead(error instanceof HttpError ? error.status : 500).end()
    }
  })
  listening(address)
  return {
    ...bank,
    address,
    standing: election.standing,
    sent,
    retire,
    async close() {
      await retire()
      oneWriter.close()
      server.closeAllConnections()
      server.close()
      await bank.close()
    },
  }
}

/** Resolves once there is a writer and a follower. */
export const settled = (members: readonly Member[]): Promise<{ writer: Member; followers: readonly Member[] }> =>
  until(() => {
    const writer = members.find((member) => member.standing().role === 'writer')
    const followers = members.filter((member) => member.standing().role === 'follower')
    return writer && followers.length === members.length - 1 && { writer, followers }
  })
