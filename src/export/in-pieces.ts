/** What is handed on is at least so large: a server may send a chunk a row. */
const PIECE_BYTES = 1 << 16

/** The same bytes in larger pieces. */
export async function* inPieces(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  let held: Uint8Array[] = []
  let size = 0
  for await (const chunk of chunks) {
    held.push(chunk)
    size += chunk.byteLength
    if (size < PIECE_BYTES) continue
    yield held.length === 1 ? chunk : Buffer.concat(held)
    held = []
    size = 0
  }
  if (size > 0) yield Buffer.concat(held)
}
