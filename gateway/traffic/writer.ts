/**
 * Finds the instance of a stateful service that writes for all, as instances say of themselves in
 * their answers. Only a preference: another instance forwards mutations, with the same result.
 */
import { saysItWrites, WRITER_HEADER } from '../../platform/protocol/writer.ts'
import type { HttpAnswer } from './client/http-answer.ts'
import type { Instance } from './instance.ts'

/**
 * An instance can only speak for itself, so that none can attract or divert the calls of others.
 */
export function hearWriter(instance: Instance, { fields }: Pick<HttpAnswer, 'fields'>): void {
  instance.wroteAt = saysItWrites(fields.get(WRITER_HEADER)) ? performance.now() : 0
}

/** It failed or is silent: another instance may be the writer by now. */
export function doubtWriter(instance: Instance): void {
  instance.wroteAt = 0
}

/** If two claim to write, the last to say so: the other has not noticed its succession yet. */
export function writerAmong(instances: readonly Instance[]): Instance | undefined {
  let writer: Instance | undefined
  for (const instance of instances) if (instance.wroteAt > (writer?.wroteAt ?? 0)) writer = instance
  return writer
}
