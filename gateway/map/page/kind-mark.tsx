/**
 * The mark of a kind: a filled store with levels for what keeps state, an empty ring for what keeps
 * none. The word stands beside it wherever there is room.
 */
import './kind.css'

export function KindMark({ kind }: { readonly kind: 'stateful' | 'stateless' }) {
  return (
    <svg className="kind-mark" data-kind={kind} viewBox="0 0 16 16" aria-hidden="true">
      {kind === 'stateful' ? (
        <>
          <path d="M2 4v8c0 1.4 2.7 2.5 6 2.5s6-1.1 6-2.5V4" fill="currentColor" />
          <ellipse cx="8" cy="4" rx="6" ry="2.5" fill="currentColor" />
          <path
            d="M2.6 5.2C3.8 6.2 5.8 6.7 8 6.7s4.2-.5 5.4-1.5M2.2 9c1 1 3.2 1.7 5.8 1.7s4.8-.7 5.8-1.7"
            className="level"
          />
        </>
      ) : (
        <circle cx="8" cy="8" r="5.6" fill="none" stroke="currentColor" strokeWidth="2.2" strokeDasharray="3.6 2.3" />
      )}
    </svg>
  )
}
