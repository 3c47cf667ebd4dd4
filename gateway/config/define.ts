/** All that a `tributary.config.ts` imports. */
import { codedError, type ErrorCode } from '../../platform/protocol/errors.ts'
import type { ConfigInput } from './schema.ts'
import type { ServiceInput, StatefulInput, StatelessInput } from './sections/services.ts'

/** Lets the compiler check a configuration. The gateway checks it again when it starts. */
export const defineConfig = (config: ConfigInput): ConfigInput => config

/** Owns data: it gets the caller's token, and nothing of its answers is kept or shared. */
export const stateful = (settings: StatefulInput = {}): ServiceInput => ({ ...settings, kind: 'stateful' })

/** Owns no data: any instance answers any call, for all callers alike. */
export const stateless = (settings: StatelessInput = {}): ServiceInput => ({ ...settings, kind: 'stateless' })

/** What a hook throws to refuse: the client gets code and message. */
export const refusal = (code: ErrorCode, message: string): Error => codedError(code, message)
