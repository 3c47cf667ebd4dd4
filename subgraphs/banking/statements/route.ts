/**
 * Answers downloads: `GET /downloads/statements/…` with a link that `Statement.download` made. The
 * link is the permission.
 */
import type { IncomingMessage, ServerResponse } from 'node:http'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { HttpError } from '../../../platform/http/message/http-error.ts'
import type { Logger } from '../../../platform/process/log.ts'
import type { PrismaClient } from '../../../prisma/generated/client.ts'
import type { Past } from '../database/past.ts'
import { plainDateOf } from '../dates/plain-date.ts'
import { formats } from './formats.ts'
import { sequenceOf, statementId } from './identity.ts'
import { DOWNLOADS_PATH, type DownloadGrant, type DownloadLinks } from './link.ts'
import { type Ask, readEntries, readSums } from './read.ts'
import { fits, type Statement, type StatementHeader } from './statement.ts'
import { writeStatement } from './write.ts'

interface StatementRouteOptions {
  readonly database: PrismaClient
  readonly past: Past
  readonly links: DownloadLinks
  readonly log: Logger
}

/**
 * Resolves to false if `path` is not that of a statement.
 * @throws HttpError 403 for an invalid link
 */
type StatementRoute = (request: IncomingMessage, response: ServerResponse, path: string) => Promise<boolean>

export function statementRoute({ database, past, links, log }: StatementRouteOptions): StatementRoute {
  return async (request, response, path) => {
    if (!path.startsWith(`${DOWNLOADS_PATH}/`)) return false
    const grant = links.read(path)
    if (!grant) throw new HttpError(403, 'FORBIDDEN', 'The link is not valid, or no longer. Ask for a new one.')
    const format = formats[grant.format]
    const statement = await openStatement({ database, past }, grant)
    if (!fits(format, statement.header))
      throw new HttpError(
        400,
        'BAD_USER_INPUT',
        'The format has no room for amounts of so many digits. Ask for another.',
      )
    const { account, from, to } = statement.header
    // The day before `to` is the last of the period.
    const days = [from, new Date(to.getTime() - 1)].map(plainDateOf).join('_')
    response.writeHead(200, {
      'content-type': format.contentType,
      'content-disposition': `attachment; filename="${account.number}_${days}.${format.extension}"`,
      'cache-control': 'no-store',
      'x-content-type-options': 'nosniff',
    })
    if (request.method === 'HEAD') response.end()
    // A client that disconnects is no fault. A failure midway closes the connection, so that half a
    // file never looks complete.
    else
      await pipeline(Readable.from(writeStatement(format, statement, grant)), response).catch((error: unknown) => {
        log.warn({ err: error }, 'a download ended early')
      })
    return true
  }
}

async function openStatement(
  { database, past }: Pick<StatementRouteOptions, 'database' | 'past'>,
  grant: DownloadGrant,
): Promise<Statement> {
  const { accountId, from, to } = grant
  const account = await database.account.findUnique({
    where: { id: BigInt(accountId) },
    include: { customer: true },
  })
  if (!account?.customer || account.kind === 'INTERNAL')
    throw new HttpError(404, 'BAD_USER_INPUT', 'There is no such account.')
  const ask: Ask = (read) => past.read(to, read, () => read(database))
  const { start, end, ...sums } = await ask((asked) => readSums(asked, grant))
  const { number, name, kind, currency, customer } = account
  const header: StatementHeader = {
    id: statementId(accountId, grant),
    sequence: sequenceOf(account.openedAt, grant),
    account: { id: accountId, number, name, kind, currency, owner: customer.name },
    from,
    to,
    createdAt: new Date(),
    ...sums,
  }
  return { header, entries: readEntries(ask, accountId, { start, end }) }
}
