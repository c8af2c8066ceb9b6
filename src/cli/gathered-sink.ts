import type { TextSink } from './terminal.ts'

/** How long a line may wait for others, and how many characters of them may wait. */
const GATHER_MS = 50
const GATHERED_CHARACTERS = 16 * 1024

export interface GatheredSink extends TextSink {
  /** Writes what waits. Whoever writes elsewhere, or ends the process, calls it before. */
  flush(): void
}

/**
 * A sink that gathers what is written in quick succession: a pipe and a file take each write while the process stands still, and a run
 * says two lines a node. What comes after a pause is written at once. `now` gives milliseconds.
 */
export function gatheredSink(sink: TextSink, now: () => number): GatheredSink {
  let waiting = ''
  let written = Number.NEGATIVE_INFINITY
  let timer: ReturnType<typeof setTimeout> | undefined
  const flush = (): void => {
    clearTimeout(timer)
    timer = undefined
    if (waiting === '') return
    const text = waiting
    waiting = ''
    written = now()
    sink.write(text)
  }
  return {
    write: (text) => {
      waiting += text
      if (timer !== undefined) {
        if (waiting.length >= GATHERED_CHARACTERS) flush()
        return
      }
      // A command whose work is done does not wait for the timer: the end flushes.
      if (now() - written >= GATHER_MS || waiting.length >= GATHERED_CHARACTERS) flush()
      else timer = setTimeout(flush, GATHER_MS).unref()
    },
    flush,
    get isTTY() {
      return sink.isTTY
    },
    get columns() {
      return sink.columns
    },
  }
}
