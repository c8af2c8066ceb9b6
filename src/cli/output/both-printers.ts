import type { Printer } from './printer.ts'

/** A printer that tells both: the terminal, and the log file. */
export function bothPrinters(first: Printer, second: Printer): Printer {
  return {
    emit: (event) => {
      first.emit(event)
      second.emit(event)
    },
    line: (message, level, name, data) => {
      first.line(message, level, name, data)
      second.line(message, level, name, data)
    },
    gap: () => {
      first.gap()
      second.gap()
    },
    data: (text) => {
      first.data(text)
      second.data(text)
    },
    failure: (text, name) => {
      first.failure(text, name)
      second.failure(text, name)
    },
    ...(first.status === undefined ? {} : { status: (text) => first.status?.(text) }),
    close: () => {
      first.close()
      second.close()
    },
  }
}
