/**
 * A cycle of a directed graph as its nodes in order, each pointing to the next and the last to the first; undefined without
 * one. It starts at its smallest id, so the message is the same on every run. Iterative: a path may be as long as the graph.
 */
export function findCycle(
  ids: readonly string[],
  childrenOf: (id: string) => readonly string[],
): readonly string[] | undefined {
  const done = new Set<string>()
  for (const root of ids) {
    if (done.has(root)) continue
    const path: string[] = [root]
    const onPath = new Map<string, number>([[root, 0]])
    const pending: { children: readonly string[]; next: number }[] = [{ children: childrenOf(root), next: 0 }]
    while (pending.length > 0) {
      const frame = pending[pending.length - 1]
      if (frame === undefined) break
      const child = frame.children[frame.next++]
      if (child === undefined) {
        pending.pop()
        const finished = path.pop()
        if (finished !== undefined) {
          onPath.delete(finished)
          done.add(finished)
        }
        continue
      }
      const start = onPath.get(child)
      if (start !== undefined) return rotateToSmallest(path.slice(start))
      if (done.has(child)) continue
      onPath.set(child, path.length)
      path.push(child)
      pending.push({ children: childrenOf(child), next: 0 })
    }
  }
  return undefined
}

function rotateToSmallest(cycle: readonly string[]): readonly string[] {
  let smallest = 0
  cycle.forEach((id, index) => {
    if (id < (cycle[smallest] ?? '')) smallest = index
  })
  return [...cycle.slice(smallest), ...cycle.slice(0, smallest)]
}
