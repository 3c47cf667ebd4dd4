import { useMessages } from '../messages/messages.tsx'

export function Brand() {
  const t = useMessages()
  return (
    <span className="brand">
      <svg viewBox="0 0 32 32" width="28" height="28" aria-hidden="true">
        <rect width="32" height="32" rx="8" fill="var(--accent)" />
        <path
          d="M7 8c5 0 5 8 9 8s4-8 9-8M16 16v9"
          fill="none"
          stroke="var(--on-accent)"
          strokeWidth="3"
          strokeLinecap="round"
        />
      </svg>
      {t.bank}
    </span>
  )
}
