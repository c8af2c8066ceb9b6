import { scrubSecrets, secretValues } from '../core/index.ts'

/** Where a command writes: a stream of text, and whether a person watches it. */
export interface TextSink {
  write(text: string): unknown
  readonly isTTY?: boolean | undefined
  readonly columns?: number | undefined
}

/** Everything of the process that the CLI uses, so that a test can stand in for it. */
export interface Terminal {
  readonly version: string
  readonly cwd: string
  readonly env: Readonly<Record<string, string | undefined>>
  readonly stdout: TextSink
  readonly stderr: TextSink
  readonly pid: number
  /** CPU time in microseconds, memory in kilobytes, as Node tells them. */
  resourceUsage?(): {
    readonly userCPUTime: number
    readonly systemCPUTime: number
    readonly maxRSS: number
    readonly fsRead: number
    readonly fsWrite: number
  }
  /** Calls the handler at Ctrl-C or a polite kill, until the returned function is called. */
  onInterrupt(handler: () => void): () => void
}

/** The terminal with the values of secret variables kept out of all that is written to it. */
export function withoutSecrets(terminal: Terminal): Terminal {
  const secrets = secretValues(terminal.env)
  if (secrets.length === 0) return terminal
  const guarded = (sink: TextSink): TextSink => ({
    write: (text) => sink.write(scrubSecrets(text, secrets)),
    get isTTY() {
      return sink.isTTY
    },
    get columns() {
      return sink.columns
    },
  })
  return { ...terminal, stdout: guarded(terminal.stdout), stderr: guarded(terminal.stderr) }
}
