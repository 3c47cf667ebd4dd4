/** Finds what imports itself by way of others. */

/**
 * Every set of nodes that reach each other (Tarjan's strongly connected components), sorted; empty
 * if the graph has no circle. @param edges from the importing to the imported
 */
export function circlesOf(edges: readonly (readonly [from: string, to: string])[]): readonly (readonly string[])[] {
  const targets = new Map<string, Set<string>>()
  for (const [from, to] of edges) targets.set(from, (targets.get(from) ?? new Set()).add(to))
  const order = new Map<string, number>()
  const lowest = new Map<string, number>()
  const path: string[] = []
  const onPath = new Set<string>()
  const circles: string[][] = []

  const lower = (node: string, to: number): void => void lowest.set(node, Math.min(lowest.get(node) ?? to, to))
  const visit = (node: string): void => {
    const at = order.size
    order.set(node, at)
    lowest.set(node, at)
    path.push(node)
    onPath.add(node)
    for (const target of targets.get(node) ?? []) {
      if (!order.has(target)) visit(target)
      if (onPath.has(target)) lower(node, lowest.get(target) ?? at)
    }
    if (lowest.get(node) !== at) return
    const circle = path.splice(path.indexOf(node))
    for (const one of circle) onPath.delete(one)
    if (circle.length > 1 || targets.get(node)?.has(node)) circles.push(circle.sort())
  }
  for (const node of targets.keys()) if (!order.has(node)) visit(node)
  return circles
}
