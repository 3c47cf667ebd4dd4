import { describe, expect, test } from '@jest/globals'
import { variablesOf } from '../../../gateway/config/environment.ts'
import { limitNames, limitSetting } from '../../../gateway/limits/limits.ts'
import { misspellings, settingNames } from '../../../platform/process/setting-names.ts'
import { processSettings } from '../../../platform/process/settings.ts'
import { startOnlySettings } from '../../../start/settings.ts'
import { bankingSettings } from '../../../subgraphs/banking/config.ts'
import { contentSettings } from '../../../subgraphs/content/config.ts'
import { weatherSettings } from '../../../subgraphs/weather/config.ts'

const limits = limitNames.map(limitSetting)
const variables = variablesOf({ kinds: new Map([['weather', 'stateless']]), areOurs: true })
const faultsOf = (...given: string[]) => misspellings(given, limits)

describe('setting names', () => {
  test('The known names are those that a service reads, and those of the gateway that may be set beside them', () => {
    const read = [bankingSettings, contentSettings, weatherSettings, processSettings, startOnlySettings].flatMap(
      Object.keys,
    )
    expect(read.filter((name) => !settingNames.some((known) => known === name))).toEqual([])
    const ofGateway = [...variables.map(({ name }) => name), 'STATELESS']
    expect(settingNames.filter((name) => !read.includes(name) && !ofGateway.includes(name))).toEqual([])
  })

  test('No variable of the gateway is refused by another process', () => {
    expect(
      misspellings(
        variables.map(({ name }) => name).filter((name) => !limits.includes(name)),
        [],
      ),
    ).toEqual([])
  })

  test.each([
    ['CORS_ORIGIN', 'CORS_ORIGINS'],
    ['JWKS_URI', 'JWKS_URL'],
    ['JWT_AUDIENCES', 'JWT_AUDIENCE'],
    ['LOG_LEVLE', 'LOG_LEVEL'],
    ['LOGLEVEL', 'LOG_LEVEL'],
    ['NODE_EVN', 'NODE_ENV'],
    ['DATABSE_URL', 'DATABASE_URL'],
    ['SAFE_LIST', 'SAFELIST'],
    ['LIMIT_BODY_BYTE', 'LIMIT_BODY_BYTES'],
    ['PROT', 'PORT'],
    ['POTR', 'PORT'],
    ['PRT', 'PORT'],
    ['PORTT', 'PORT'],
    ['HSOT', 'HOST'],
    ['HOTS', 'HOST'],
    ['HOSTT', 'HOST'],
    ['ADMIN_PROT', 'ADMIN_PORT'],
  ])('A misspelt setting is reported: %s', (given, meant) => {
    expect(faultsOf(given)).toEqual([`${given}: is not a setting; did you mean ${meant}?`])
  })

  test('Each setting is recognised with a letter missing', () => {
    for (const name of [...settingNames, ...limits].filter(({ length }) => length >= 6)) {
      const misspelt = name.slice(0, -3) + name.slice(-2)
      if (misspelt.endsWith('_PORT')) continue
      expect(faultsOf(misspelt)).toEqual([`${misspelt}: is not a setting; did you mean ${name}?`])
    }
  })

  test('Correct names are reported by no process', () => {
    expect(misspellings(settingNames, [])).toEqual([])
    expect(faultsOf(...limits)).toEqual([])
  })

  test('The variables of a hosting platform are not reported', () => {
    const shell = [
      'HOME',
      'HOSTNAME',
      'HOSTTYPE',
      'PATH',
      'PWD',
      'SHELL',
      'SHLVL',
      'TERM',
      'TZ',
      'USER',
      'POST',
      'HOSTS',
      'PORTS',
      'PORT0',
      'PORT1',
      'HOST1',
      'SORT',
      'COST',
      'PATH',
      'PPID',
      'LANG',
      'MAIL',
      'EDITOR',
    ]
    const kubernetes = ['SERVICE_HOST', 'SERVICE_PORT', 'SERVICE_PORT_HTTP', 'PORT', 'PORT_4001_TCP_ADDR'].flatMap(
      (end) => ['KUBERNETES', 'REDIS', 'ADMI', 'BANKING', 'DATABASE'].map((name) => `${name}_${end}`),
    )
    const node = ['NODE_OPTIONS', 'NODE_PATH', 'NODE_DEBUG', 'NODE_EXTRA_CA_CERTS', 'NODE_COMPILE_CACHE', 'NODE_NAME']
    const npm = ['npm_config_cache', 'npm_lifecycle_event', 'npm_package_name', 'npm_node_execpath']
    const hosts = [
      'DYNO',
      'DATABASE_PUBLIC_URL',
      'REDIS_TLS_URL',
      'RAILWAY_STATIC_URL',
      'K_SERVICE',
      'DATABASE_HOST',
      'PGDATA',
    ]
    expect(faultsOf(...shell, ...kubernetes, ...node, ...npm, ...hosts)).toEqual([])
  })

  test('Names are compared within a bounded time, however long those of the environment are', () => {
    expect(faultsOf('X'.repeat(100_000))).toEqual([])
  })
})
