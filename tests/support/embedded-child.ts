// A process of its own on an embedded folder, for the tests that kill it. Says what it does in lines of JSON.
//   embedded-child <project folder> <backend> hold | write | count
import { loadAdapter } from '../../src/adapters/index.ts'
import { TdbtError } from '../../src/core/index.ts'

const [projectRoot = '', backend = 'auto', mode = 'count'] = process.argv.slice(2)

function say(message: object): void {
  process.stdout.write(`${JSON.stringify(message)}\n`)
}

async function main(): Promise<void> {
  const adapter = await loadAdapter('embedded')
  const engine = await adapter.open({
    target: {
      profileName: 'tests',
      targetName: 'dev',
      type: 'embedded',
      database: '',
      schema: 'public',
      threads: 2,
      credentials: { backend },
    },
    projectRoot,
    env: process.env,
    emit: (event) => {
      if (event.type === 'log' && event.level === 'info') say({ log: event.message })
    },
    applicationName: 'tdbt/test',
  })
  try {
    say({ open: Object.fromEntries(await engine.describe()) })
    if (mode === 'hold') {
      await new Promise<void>((resolve) => {
        process.stdin.resume()
        process.stdin.once('end', resolve)
      })
      return
    }
    const session = await engine.acquire('child')
    await session.execute('create table if not exists acknowledged (round text, i bigint)')
    if (mode === 'count') {
      const { rows } = await session.execute(
        'select round, max(i), count(*) from acknowledged group by round order by round',
      )
      say({ counts: rows })
      const broken = await session.execute(
        `select c.relname from pg_class c join pg_namespace n on n.oid = c.relnamespace where n.nspname = 'public' and c.relname like 'half%' order by 1`,
      )
      say({ half: broken.rows.map((row) => row[0]) })
      await session.release()
      return
    }
    const round = String(Date.now())
    for (let i = 1; ; i++) {
      await session.begin()
      await session.query('insert into acknowledged values ($1, $2)', [round, i])
      await session.execute(
        `create table filler_${i % 7}_new as select g, md5(g::text) as t from generate_series(1, 300) g`,
      )
      await session.execute(
        `drop table if exists filler_${i % 7}; alter table filler_${i % 7}_new rename to filler_${i % 7}`,
      )
      await session.commit()
      say({ committed: { round, i } })
      await session.begin()
      await session.execute(`create table half_${i} as select 1 as never_committed`)
      await session.rollback()
    }
  } finally {
    await engine.close()
  }
}

main().then(
  () => process.exit(0),
  (error: unknown) => {
    say(
      error instanceof TdbtError
        ? { error: { code: error.code, message: error.message, hint: error.details.hint } }
        : { error: { message: String(error) } },
    )
    process.exit(2)
  },
)
