import { loadAdapter } from '../adapters/index.ts'
import { type ModelRenderer, openModelRenderer } from '../project/index.ts'
import { loadStdlib } from '../stdlib/index.ts'
import { ChunkClaims } from './chunk-claims.ts'
import type { FromRenderThread, ToRenderThread } from './render-thread.ts'
import type { ThreadStart } from './thread-link.ts'

/** What a RenderThread runs: reads and renders models for the thread that parses the project. `done` is called when the work is over. */
export function runParseThread({ port, memory }: ThreadStart, done: () => void): void {
  const claims = new ChunkClaims(memory)
  let opened: Promise<ModelRenderer> | undefined
  const render = async (work: Extract<ToRenderThread, { kind: 'render' }>): Promise<void> => {
    const renderer = await opened
    if (renderer?.digest === work.digest && renderer.count === work.count) {
      for (let chunk = claims.back(); chunk !== undefined; chunk = claims.back()) {
        const first = chunk * work.size
        const length = Math.min(work.size, work.count - first)
        const models = Array.from({ length }, (_, index) => renderer.render(first + index))
        const answer: FromRenderThread = [chunk, JSON.stringify(models)]
        port.postMessage(answer)
        claims.deliver()
      }
    }
    done()
    port.close()
  }
  const fail = (): void => {
    claims.end()
    claims.deliver()
    port.close()
  }
  port.on('message', (message: ToRenderThread) => {
    if (message.kind === 'render') void render(message).catch(fail)
    else {
      opened = openModelRenderer({
        invocation: { ...message.invocation, now: () => new Date() },
        adapterFor: loadAdapter,
        stdlib: loadStdlib(),
      })
      // The parsing thread meets the same error, and says it.
      opened.catch(fail)
    }
  })
}
