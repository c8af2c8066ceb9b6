import { appendFileSync, existsSync, mkdirSync, renameSync, rmSync, statSync } from 'node:fs'
import { dirname } from 'node:path'
import type { TextSink } from '../terminal.ts'

/** Text that waits before it is written: a long run says a lot, in small pieces. */
const BUFFERED_CHARACTERS = 64 * 1024
const FLUSH_AFTER_MS = 500
/** Older files that are kept, as dbt keeps them: dbt.log.1 is the youngest. */
const OLDER_FILES = 5

export interface LogFile extends TextSink {
  /** Writes what is left. */
  close(): void
}

/**
 * The log file, appended to, and moved aside when it has grown past `maxBytes` (0: never). Where it cannot be written it is left
 * alone: `onFailure` is told once, the command goes on.
 */
export function openLogFile(
  path: string,
  options: { readonly maxBytes: number; readonly onFailure: (cause: unknown) => void },
): LogFile {
  let waiting = ''
  let broken = false
  let timer: ReturnType<typeof setTimeout> | undefined
  let size: number | undefined

  const open = (): number => {
    mkdirSync(dirname(path), { recursive: true })
    return existsSync(path) ? statSync(path).size : 0
  }
  const flush = (): void => {
    clearTimeout(timer)
    timer = undefined
    if (waiting === '' || broken) return
    const bytes = Buffer.from(waiting)
    waiting = ''
    try {
      size ??= open()
      if (options.maxBytes > 0 && size > 0 && size + bytes.length > options.maxBytes) {
        moveAside(path)
        size = 0
      }
      appendFileSync(path, bytes)
      size += bytes.length
    } catch (cause) {
      broken = true
      options.onFailure(cause)
    }
  }
  return {
    write: (text) => {
      if (broken) return
      waiting += text
      if (waiting.length >= BUFFERED_CHARACTERS) flush()
      else timer ??= setTimeout(flush, FLUSH_AFTER_MS).unref()
    },
    close: flush,
  }
}

function moveAside(path: string): void {
  rmSync(`${path}.${OLDER_FILES}`, { force: true })
  for (let number = OLDER_FILES - 1; number >= 1; number--) {
    if (existsSync(`${path}.${number}`)) renameSync(`${path}.${number}`, `${path}.${number + 1}`)
  }
  renameSync(path, `${path}.1`)
}
