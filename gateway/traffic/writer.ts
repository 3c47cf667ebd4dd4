/**
 * Which instance of a stateful service writes for all, as each says of itself in its answers. Only
 * a preference: mutations that go to another instance are forwarded by that one, and come out the
 * same.
 */
import { saysItWrites, WRITER_HEADER } from '../../platform/protocol/writer.ts'
import type { HttpAnswer } from './client/http-answer.ts'
import type { Instance } from './instance.ts'

/**
 * An instance is believed of itself alone, so that none can draw or send away the calls of others.
 */
export function hearWriter(instance: Instance, { fields }: Pick<HttpAnswer, 'fields'>): void {
  instance.wroteAt = saysItWrites(fields.get(WRITER_HEADER)) ? performance.now() : 0
}

/** It failed, or is silent: another one may write by now. */
export function doubtWriter(instance: Instance): void {
  instance.wroteAt = 0
}

/**
 * Of two that say so, the one that said it last: the other has not noticed yet that it was
 * followed.
 */
export function writerAmong(instances: readonly Instance[]): Instance | undefined {
  let writer: Instance | undefined
  for (const instance of instances) if (instance.wroteAt > (writer?.wroteAt ?? 0)) writer = instance
  return writer
}
