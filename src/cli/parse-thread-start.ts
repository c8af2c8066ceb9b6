import { workerData } from 'node:worker_threads'
import { loadPackedCode } from './packed-code.ts'
import type { ThreadStart } from './thread-link.ts'

// The file that a RenderThread starts: it loads the program, in compiled form where there is one.
const packed = loadPackedCode<typeof import('./parse-thread.ts')>(
  new URL('.', import.meta.url),
  process.env,
  'parse-thread-code',
)
packed?.exports.runParseThread(workerData as ThreadStart, () => packed.keep('parse'))
