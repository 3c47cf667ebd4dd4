/** Stops waiting, without stopping what is waited for. */

/** @throws what `late` makes when `promise` has not settled after `milliseconds` */
export async function within<Value>(
  milliseconds: number,
  promise: PromiseLike<Value>,
  late: () => Error,
): Promise<Value> {
  let timer: NodeJS.Timeout | undefined
  const alarm = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(late()), milliseconds)
  })
  try {
    return await Promise.race([promise, alarm])
  } finally {
    clearTimeout(timer)
  }
}
