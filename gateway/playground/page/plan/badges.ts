/** What was special about a call, in a word each. */
import type { TracedCall } from '../../../exchange/trace.ts'

interface Badge {
  readonly kind: 'cached' | 'shared' | 'hedged' | 'retried' | 'failed'
  readonly text: string
  readonly why: string
}

export const hasFailed = ({ errors }: TracedCall): boolean => errors.length > 0

export function badgesOf(call: TracedCall): readonly Badge[] {
  const { source, entities, attempts } = call
  const retries = attempts.filter(({ hedge }) => !hedge).length - 1
  const badges: Badge[] = []
  if (hasFailed(call)) badges.push({ kind: 'failed', text: 'failed', why: 'It has no answer.' })
  if (source === 'cache') badges.push({ kind: 'cached', text: 'cached', why: 'The gateway knew the answer.' })
  if (source === 'shared')
    badges.push({ kind: 'shared', text: 'shared', why: 'Another request waited for the same answer.' })
  if (source === 'service' && entities && entities.cached > 0)
    badges.push({
      kind: 'cached',
      text: `${entities.cached} of ${entities.asked} cached`,
      why: 'Only the others were asked for.',
    })
  if (retries > 0)
    badges.push({
      kind: 'retried',
      text: retries === 1 ? 'retried' : `retried ${retries}×`,
      why: 'A try failed, and the next was made.',
    })
  if (attempts.some(({ hedge }) => hedge))
    badges.push({ kind: 'hedged', text: 'hedged', why: 'The first was slow, so a second was asked besides.' })
  return badges
}
