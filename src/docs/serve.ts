import { createReadStream } from 'node:fs'
import { stat } from 'node:fs/promises'
import { createServer, type ServerResponse } from 'node:http'
import { extname, join, normalize, sep } from 'node:path'
import { TdbtError } from '../core/index.ts'

export interface DocsServer {
  /** `http://127.0.0.1:8080/` */
  readonly url: string
  close(): Promise<void>
}

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.json': 'application/json; charset=utf-8',
  '.sql': 'text/plain; charset=utf-8',
}

/** Only these are served: target/ also holds compiled SQL and caches that are nobody's business. */
const SERVED: ReadonlySet<string> = new Set(['/index.html', '/manifest.json', '/catalog.json', '/run_results.json'])

/**
 * Serves the site of a target folder on `host` (default 127.0.0.1); port 0 takes a free one. Throws T0002 when the site was
 * not generated or the port is taken.
 */
export async function serveDocs(dir: string, port: number, host = '127.0.0.1'): Promise<DocsServer> {
  const index = join(dir, 'index.html')
  if (!(await isFile(index))) {
    throw new TdbtError('T0002', `There is no documentation in ${dir}`, { hint: 'Run `tdbt docs generate` first.' })
  }
  const server = createServer((request, response) => {
    const { pathname } = new URL(request.url ?? '/', 'http://localhost')
    const path = pathname === '/' ? '/index.html' : pathname
    if (request.method !== 'GET' && request.method !== 'HEAD') return refuse(response, 405)
    const file = normalize(join(dir, path))
    if (!SERVED.has(path) || !file.startsWith(normalize(dir) + sep)) return refuse(response, 404)
    const stream = createReadStream(file)
    stream.on('error', () => refuse(response, 404))
    stream.on('open', () => {
      response.writeHead(200, {
        'content-type': TYPES[extname(file)] ?? 'application/octet-stream',
        'cache-control': 'no-store',
        'x-content-type-options': 'nosniff',
        'x-frame-options': 'DENY',
      })
      if (request.method === 'HEAD') response.end()
      else stream.pipe(response)
    })
  })
  await new Promise<void>((resolve, reject) => {
    server.once('error', (cause: NodeJS.ErrnoException) => {
      const why = cause.code === 'EADDRINUSE' ? 'it is in use' : cause.message
      reject(
        new TdbtError('T0002', `Could not listen on ${host}:${port}: ${why}`, {
          hint: 'Choose another port with --port.',
          cause,
        }),
      )
    })
    server.listen(port, host, resolve)
  })
  const address = server.address()
  const bound = typeof address === 'object' && address !== null ? address.port : port
  return {
    url: `http://${host.includes(':') ? `[${host}]` : host}:${bound}/`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}

function refuse(response: ServerResponse, status: number): void {
  if (!response.headersSent) response.writeHead(status, { 'content-type': 'text/plain' })
  response.end(`${status}\n`)
}

async function isFile(path: string): Promise<boolean> {
  return stat(path).then(
    (found) => found.isFile(),
    () => false,
  )
}
