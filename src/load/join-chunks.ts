const TARGET_BYTES = 128 * 1024

/** Small chunks, one a row as servers send them, put together: each costs its round through a socket. `seen` is told of their sizes. */
export async function* joinChunks(
  chunks: AsyncIterable<Uint8Array>,
  seen: (bytes: number) => void,
): AsyncGenerator<Uint8Array, void, undefined> {
  let parts: Uint8Array[] = []
  let size = 0
  for await (const chunk of chunks) {
    parts.push(chunk)
    size += chunk.length
    if (size < TARGET_BYTES) continue
    seen(size)
    yield parts.length === 1 ? chunk : Buffer.concat(parts, size)
    parts = []
    size = 0
  }
  if (size === 0) return
  seen(size)
  yield Buffer.concat(parts, size)
}
