import type { CallContext } from '../../gateway/traffic/call/send.ts'

export const callContext: CallContext = {
  requestId: 'test',
  authorization: undefined,
  perspective: undefined,
  language: undefined,
  signal: undefined,
  idempotent: false,
  caller: () => 'test',
  observe: () => undefined,
}
