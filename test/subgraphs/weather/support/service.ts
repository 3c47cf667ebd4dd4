/** Runs the weather service in this process, and calls it as the gateway does. */
import { type RunningService, startService } from '../../../../subgraphs/shared/serve.ts'
import { weatherService } from '../../../../subgraphs/weather/service.ts'
import type { Answer } from '../../../support/answer.ts'
import { signedCall, TEST_SECRET } from '../../../support/signed-call.ts'

export interface RunningWeather extends RunningService {
  ask(query: string, variables?: Readonly<Record<string, unknown>>): Promise<Answer>
}

/** @param env settings in addition to the secret; the default provider is the almanac */
export async function startWeather(env: Readonly<Record<string, string>> = {}): Promise<RunningWeather> {
  const service = await startService(weatherService, { GATEWAY_SECRET: TEST_SECRET, LOG_LEVEL: 'silent', ...env })
  return { ...service, ask: (query, variables) => signedCall(service.url, { query, ...(variables && { variables }) }) }
}
