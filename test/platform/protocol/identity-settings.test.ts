import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { expect, test } from '@jest/globals'
import { SettingsError } from '../../../platform/process/settings.ts'
import { banking } from '../../../subgraphs/banking/main.ts'
import { startService } from '../../../subgraphs/shared/serve.ts'

const service = { GATEWAY_SECRET: 'a secret of sixteen', DATABASE_URL: 'postgresql://127.0.0.1:1/none', PORT: '0' }

test.each<[string[], Record<string, string>]>([
  [['JWKS_URL', 'JWT_ISSUER', 'JWT_AUDIENCE'], { NODE_ENV: 'production' }],
  [['JWKS_URL', 'JWT_ISSUER', 'JWT_AUDIENCE'], { NODE_ENV: 'prod' }],
  [['JWKS_URL', 'JWT_ISSUER'], { JWT_AUDIENCE: 'a bank' }],
  [['JWKS_URL', 'JWT_AUDIENCE'], { JWT_ISSUER: 'https://id.example/', NODE_ENV: 'production' }],
  [['JWT_ISSUER', 'JWT_AUDIENCE'], { JWKS_URL: 'https://id.example/jwks' }],
  [['JWKS_URL'], { JWT_AUDIENCE: 'a bank', JWT_ISSUER: 'https://id.example/' }],
  [['JWT_ISSUER'], { JWKS_URL: 'https://id.example/jwks', JWT_AUDIENCE: 'a bank' }],
  [['JWT_AUDIENCE'], { JWKS_URL: 'https://id.example/jwks', JWT_ISSUER: 'https://id.example/' }],
])('Banking refuses identity settings that would make it trust too much: %j (%j)', async (missing, environment) => {
  const error = await startService(banking, { ...service, ...environment }).catch((caught: unknown) => caught)
  expect(error).toBeInstanceOf(SettingsError)
  const expected = missing.map((setting) => expect.stringMatching(new RegExp(`^${setting}: is required with`)))
  expect((error as SettingsError).faults).toEqual(expected)
})

test.each(['production', 'prod', 'staging'])('No demo token is signed with NODE_ENV=%s', async (NODE_ENV) => {
  const program = fileURLToPath(new URL('../../../platform/protocol/token.ts', import.meta.url))
  const { PATH = '' } = process.env
  const run = promisify(execFile)(process.execPath, [program, 'payer'], { env: { PATH, NODE_ENV } })
  await expect(run).rejects.toMatchObject({ code: 2, stdout: '', stderr: expect.stringContaining(NODE_ENV) })
})
