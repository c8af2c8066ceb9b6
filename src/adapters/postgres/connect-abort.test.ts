import { createServer, type Socket } from 'node:net'
import { expect, test } from 'vitest'
import { connect } from './connect-session.ts'
import { readCredentials } from './credentials.ts'

test('an abort ends the wait for a server that takes the connection and says nothing', async () => {
  const sockets: Socket[] = []
  const abort = new AbortController()
  const server = createServer((socket) => {
    sockets.push(socket)
    socket.on('error', () => undefined)
    abort.abort()
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  const port = typeof address === 'object' && address !== null ? address.port : 0
  const credentials = readCredentials(
    {
      type: 'postgres',
      profileName: 'p',
      targetName: 't',
      threads: 1,
      database: 'd',
      schema: 's',
      credentials: { host: '127.0.0.1', port, user: 'u', pass: 'p', dbname: 'd', schema: 's', connect_timeout: 3600 },
    },
    5432,
  )
  try {
    const opened = connect(
      { credentials, applicationName: 'test', resetSql: 'discard all', tlsMemo: { attempt: 0 } },
      abort.signal,
    )
    await expect(opened).rejects.toMatchObject({ code: 'T5008' })
    const closed = sockets.map((socket) => new Promise((resolve) => socket.on('close', resolve).resume()))
    await Promise.all(closed)
  } finally {
    for (const socket of sockets) socket.destroy()
    await new Promise((resolve) => server.close(resolve))
  }
})
