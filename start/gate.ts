/** Makes callers wait while it is closed. */
interface Gate {
  close(): void
  open(): void
  isClosed(): boolean
  /** Resolves when it is open. */
  passed(): Promise<void>
}

export function createGate(): Gate {
  let closed: PromiseWithResolvers<void> | undefined
  return {
    close() {
      closed ??= Promise.withResolvers()
    },
    open() {
      closed?.resolve()
      closed = undefined
    },
    isClosed: () => closed !== undefined,
    passed: () => closed?.promise ?? Promise.resolve(),
  }
}
