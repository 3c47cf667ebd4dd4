import { once } from 'node:events'
import { readdir } from 'node:fs/promises'
import { createServer, type Server } from 'node:net'
import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { StartRefused } from '../../platform/process/settings.ts'
import { choosePorts } from '../../start/addresses.ts'
import { readStartSettings } from '../../start/settings.ts'
import { makeDataFolder, type TestFolder } from '../support/data-folder.ts'
import { run } from './system.ts'

let folder: TestFolder
let stranger: Server
let taken: string
beforeAll(async () => {
  folder = await makeDataFolder()
  stranger = createServer().listen(0, '127.0.0.1')
  await once(stranger, 'listening')
  taken = `${(stranger.address() as { port: number }).port}`
})
afterAll(async () => {
  stranger.close()
  await folder.remove()
})

const refused = async (environment: Record<string, string>, flags: string[] = []): Promise<string> => {
  const started = run({ DATA_DIR: folder.path, PORT: '0', ADMIN_PORT: '0', ...environment }, flags)
  expect(await started.ended).toBe(1)
  expect(await readdir(folder.path)).not.toContain('postgres')
  return started.output()
}

test('A requested port that is taken stops the start in one line', async () => {
  expect(await refused({ PORT: taken })).toBe(`PORT: port ${taken} is taken. Nothing was started.\n`)
  expect(await refused({ ADMIN_PORT: taken })).toBe(`ADMIN_PORT: port ${taken} is taken. Nothing was started.\n`)
})

test('All wrong flags and settings are reported at once', async () => {
  const output = await refused(
    {
      PORT: 'http',
      ADMIN_PORT: '70000',
      LOG_LEVEL: 'loud',
      DATABASE_URL: 'mysql://localhost/bank',
      WEATHER_URL: 'nowhere',
      NODE_ENV: 'production',
      GATEWAY_SECRET: 'short',
      CORS_ORIGINS: 'example.com',
      WEATHER_PROVIDER: 'oracle',
    },
    ['--banking', '0', '--weather', '2', '--replicas', '3', 'now'],
  )
  const [heading, ...faults] = output.trimEnd().split('\n')
  expect(heading).toBe('The settings are wrong; nothing was started:')
  const blamed = faults.map((fault) => /^ {2}([\w-]+)/.exec(fault)?.[1])
  expect(blamed.sort()).toEqual(
    [
      '--banking',
      '--replicas',
      '--weather',
      'ADMIN_PORT',
      'CORS_ORIGINS',
      'DATABASE_URL',
      'GATEWAY_SECRET',
      'JWKS_URL',
      'JWT_AUDIENCE',
      'JWT_ISSUER',
      'LOG_LEVEL',
      'PORT',
      'WEATHER_PROVIDER',
      'WEATHER_URL',
      'now',
    ].sort(),
  )
})

test.each<[string, Record<string, string>]>([
  ['SAFELIST', { SAFELIST: '/nowhere' }],
  ['CONTENT_DIR', { CONTENT_DIR: '/nowhere' }],
  ['CONTENT_DIR', { CONTENT_DIR: '/dev/null' }],
  ['STATELESS', { STATELESS: 'banking' }],
  ['SUPERGRAPH', { SUPERGRAPH: '/nowhere' }],
  ['WEBHOOKS_ALLOW_PRIVATE', { WEBHOOKS_ALLOW_PRIVATE: 'perhaps' }],
  ['PLAYGROUND', { PLAYGROUND: 'perhaps' }],
  ['LIMIT_DEPTH', { LIMIT_DEPTH: 'deep' }],
  ['TRUSTED_PROXIES', { TRUSTED_PROXIES: 'mine' }],
  ['GATEWAY_WORKERS', { GATEWAY_WORKERS: 'many' }],
  ['REDIS_URL', { REDIS_URL: 'localhost' }],
  ['MET_NORWAY_URL', { MET_NORWAY_URL: 'met.no' }],
  ['JWKS_URL', { JWT_ISSUER: 'https://id.example/', JWT_AUDIENCE: 'a bank' }],
  ['JWT_ISSUER', { JWKS_URL: 'https://id.example/jwks', JWT_AUDIENCE: 'a bank' }],
  ['CORS_ORIGIN', { CORS_ORIGIN: 'https://a.example' }],
  ['HOST', { HOST: 'no.such.invalid' }],
  ['PROT', { PROT: '4000' }],
  ['HOTS', { HOTS: 'localhost' }],
])('%s stops the start before anything is started (%j)', async (setting, environment) => {
  const all = { DATA_DIR: folder.path, PORT: '0', ADMIN_PORT: '0', ...environment }
  const refusal = await readStartSettings([], all)
    .then(choosePorts)
    .catch((error: unknown) => error)
  // For this error the start prints only the message, as the other tests show.
  expect(refusal).toBeInstanceOf(StartRefused)
  expect((refusal as Error).message.split('\n').at(-1)).toMatch(new RegExp(`^(  )?${setting}: .+`))
})

test.each(['127.0.0.1:1', 'no.such.invalid'])('An unreachable database stops the start (%s)', async (host) => {
  const output = await refused({ DATABASE_URL: `postgresql://bank:secret@${host}/bank` })
  expect(output.match(/^migrations +starting$/gm)).toHaveLength(1)
  expect(output.match(/^DATABASE_URL: .+$/gm)).toEqual([expect.stringContaining(`no connection to ${host}`)])
  expect(output).not.toMatch(/secret|^ {4}at /m)
})

test('A data folder that cannot be written to stops the start in one line', async () => {
  const output = await refused({ DATA_DIR: '/dev/null/data' })
  expect(output).toMatch(/^DATA_DIR: \/dev\/null\/data cannot be used \(.+\)\.\n$/)
})

test('If a default port is taken, the next free one is used, and a line says so', async () => {
  const usual = createServer().listen(4000, '127.0.0.1')
  // The port may be taken by another process as well.
  await Promise.race([once(usual, 'listening'), once(usual, 'error')]).catch(() => {})
  const ports = await choosePorts(await readStartSettings([], { DATA_DIR: folder.path, ADMIN_PORT: '0' }))
  usual.close()
  expect(ports.port).toBeGreaterThan(4000)
  // A product that runs on this machine takes others, too.
  expect(ports.notices).toContain(`port 4000 is taken: PORT is ${ports.port}`)
})
