import type { LoadJob } from './job.ts'

const EVERY_MS = 10_000

/** Says every ten seconds how far a load is; loads that are done before say nothing. */
export class LoadProgress {
  readonly #job: LoadJob
  readonly #began: number
  #last: number
  #bytes = 0
  #rows = 0

  constructor(job: LoadJob) {
    this.#job = job
    this.#began = job.invocation.now().getTime()
    this.#last = this.#began
  }

  /** Counts what was sent on. Rows are not known everywhere. */
  add(bytes: number, count = 0): void {
    this.#bytes += bytes
    this.#rows += count
    const now = this.#job.invocation.now().getTime()
    if (now - this.#last < EVERY_MS) return
    this.#last = now
    const megabytes = this.#bytes / 1_000_000
    const seconds = (now - this.#began) / 1000
    const rows = this.#rows === 0 ? '' : `${this.#rows.toLocaleString('en')} rows, `
    const { source_name, name, unique_id } = this.#job.node
    this.#job.emit({
      type: 'log',
      level: 'info',
      message: `${source_name}.${name}: ${rows}${megabytes.toFixed(0)} MB so far, ${(megabytes / seconds).toFixed(1)} MB/s`,
      nodeId: unique_id,
    })
  }
}
