import { isColdParseLikely } from './cold-parse.ts'
import { linkThread, type ThreadLink } from './thread-link.ts'

/** How a second thread for a parse is started, and one that was started early. */
export interface SecondThread {
  /** Models of which fewer are not worth it. */
  readonly fewest: number
  readonly begin: () => ThreadLink | undefined
  readonly begun: ThreadLink | undefined
}

const FEWEST = 200

/** A second thread that runs `program`, begun at once where it looks as if the command will need it. */
export function openSecondThread(program: URL, call: Parameters<typeof isColdParseLikely>[0]): SecondThread {
  const begin = () => linkThread(program)
  return { fewest: FEWEST, begin, begun: isColdParseLikely(call, FEWEST) ? begin() : undefined }
}
