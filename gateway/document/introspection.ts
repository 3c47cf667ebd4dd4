/** Refuses introspection where it is off. */
import { type DocumentNode, visit } from 'graphql'
import { codedError } from '../../platform/protocol/errors.ts'

/** @throws OPERATION_NOT_ALLOWED if a document selects `__schema` or `__type` */
export function refuseIntrospection(document: DocumentNode): void {
  visit(document, {
    Field({ name: { value } }) {
      if (value === '__schema' || value === '__type')
        throw codedError('OPERATION_NOT_ALLOWED', 'This gateway does not answer introspection.')
    },
  })
}
