/**
 * The whole product under test, as `npm start` starts it: one process per part, on its own seeded
 * database.
 */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { processEnvironment } from '../../platform/memory/node-flags.ts'
import { demoIdentity } from '../../platform/protocol/demo-identity.ts'
import { readAnswer } from './answer.ts'
import { makeDataFolder } from './data-folder.ts'
import { createDatabase } from './database.ts'

export interface Product {
  /** Base address of the gateway. */
  readonly url: string
  /** Base address of its admin port. */
  readonly adminUrl: string
  readonly dataDir: string
  /** Address of the demo's identity provider. */
  readonly identityUrl: string
  /** The `Authorization` header of a demo caller. */
  authorization(caller: string): Promise<string>
  /** Sends an operation as a demo caller. @throws Error if the answer has an error */
  ask<Data>(caller: string, query: string, variables?: object): Promise<Data>
  stop(): Promise<void>
}

const START = fileURLToPath(new URL('../../start.ts', import.meta.url))

/** @param settings in addition to those that every test needs @param flags of `npm start` */
export async function startProduct(
  settings: Readonly<Record<string, string>> = {},
  flags: readonly string[] = [],
): Promise<Product> {
  const [folder, database] = await Promise.all([makeDataFolder(), createDatabase('seeded')])
  const { PATH } = process.env
  const child = spawn(process.execPath, [START, ...flags], {
    env: {
      ...processEnvironment,
      PATH,
      PORT: '0',
      ADMIN_PORT: '0',
      DATA_DIR: folder.path,
      DATABASE_URL: database.url,
      ...settings,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const ended = once(child, 'exit')
  let said = ''
  child.stderr.on('data', (chunk) => {
    said += chunk
  })
  const ready = new Promise<string>((resolve) => {
    createInterface({ input: child.stdout }).on('line', (line) => {
      said += `${line}\n`
      const [, url] = /^ready (\S+)\/graphql$/.exec(line) ?? []
      if (url !== undefined) resolve(url)
    })
  })
  const stop = async (): Promise<void> => {
    child.kill('SIGTERM')
    await ended
    await Promise.all([folder.remove(), database.drop()])
  }
  const url = await Promise.race([ready, ended.then(() => undefined)])
  if (url === undefined) {
    await stop()
    throw new Error(`The product did not start:\n${said}`)
  }
  const identity = await demoIdentity(folder.path)
  const adminUrl = /^admin +(http:\S+)\/services$/m.exec(said)?.[1] ?? ''
  const identityUrl = /^identity +OpenID +(http:\S+)$/m.exec(said)?.[1] ?? ''
  const authorization = async (caller: string) => `Bearer ${await identity.sign(caller)}`
  const ask: Product['ask'] = async (caller, query, variables = {}) => {
    const headers = { 'content-type': 'application/json', authorization: await authorization(caller) }
    const body = JSON.stringify({ query, variables })
    const { data, errors } = await readAnswer(await fetch(`${url}/graphql`, { method: 'POST', headers, body }))
    if (errors) throw new Error(JSON.stringify(errors))
    return data
  }
  return { url, adminUrl, dataDir: folder.path, identityUrl, authorization, ask, stop }
}
