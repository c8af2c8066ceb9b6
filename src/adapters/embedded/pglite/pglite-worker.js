// PGlite in a thread of its own: its queries block the thread they run on. Plain JavaScript, since a worker is loaded by Node
// itself, from src/ in tests and from dist/ in the package. It answers in the order it is asked.
//   in:  {open: {dataDir, database}} | {wire: Uint8Array} | {copy: {id, sql, data: Uint8Array[] | null}} | {close: true}
//       (a copy of null is a plain statement; `rows` is then how many rows it gave)
//   out: {opened: true} | {failed: message} | {wire: Uint8Array} | {copied: {id, rows}} | {copyFailed: {id, error}} | {closed: true}
import { parentPort } from 'node:worker_threads'
import { PGlite } from '@electric-sql/pglite'

/** @type {PGlite | null} */
let db = null
let tail = Promise.resolve()

parentPort.on('message', (message) => {
  tail = tail.then(() => handle(message))
})

async function handle(message) {
  if (message.open) {
    try {
      db = await PGlite.create({ dataDir: message.open.dataDir, database: message.open.database })
      parentPort.postMessage({ opened: true })
    } catch (error) {
      parentPort.postMessage({ failed: error instanceof Error ? error.message : String(error) })
    }
  } else if (message.wire) {
    await db.execProtocolRawStream(message.wire, {
      onRawData: (bytes) => {
        const copy = Uint8Array.from(bytes) // a view of WASM memory, which the next message overwrites
        parentPort.postMessage({ wire: copy }, [copy.buffer])
      },
    })
  } else if (message.copy) {
    const { id, sql, data } = message.copy
    try {
      const result = await db.query(sql, [], data === null ? {} : { blob: new Blob(data) })
      parentPort.postMessage({ copied: { id, rows: data === null ? result.rows.length : (result.affectedRows ?? 0) } })
    } catch (error) {
      const fields = {}
      for (const name of [
        'message',
        'severity',
        'code',
        'detail',
        'hint',
        'position',
        'internalPosition',
        'internalQuery',
        'where',
      ]) {
        if (error?.[name] !== undefined) fields[name] = error[name]
      }
      parentPort.postMessage({ copyFailed: { id, error: fields } })
    }
  } else if (message.close) {
    await db?.close()
    parentPort.postMessage({ closed: true })
  }
}
