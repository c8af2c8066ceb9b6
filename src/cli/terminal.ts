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
  if (secretValues(terminal.env).length === 0) return terminal
  const { env, stdout, stderr } = terminal
  return { ...terminal, stdout: sinkWithoutSecrets(stdout, env), stderr: sinkWithoutSecrets(stderr, env) }
}

/** A sink that writes to another all but the values of secret variables. */
export function sinkWithoutSecrets(sink: TextSink, env: Terminal['env']): TextSink {
  // In JSON a value stands with its quotes and line ends escaped.
  const secrets = secretValues(env).flatMap((secret) => [secret, JSON.stringify(secret).slice(1, -1)])
  if (secrets.length === 0) return sink
  return {
    write: (text) => sink.write(scrubSecrets(text, secrets)),
    get isTTY() {
      return sink.isTTY
    },
    get columns() {
      return sink.columns
    },
  }
}
