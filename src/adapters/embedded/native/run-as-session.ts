import { execFile } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { promisify } from 'node:util'
import { TdbtError } from '../../../core/index.ts'
import { copyBinaries, type NativeBinaries, program } from './binaries-session.ts'

const run = promisify(execFile)

/** How Postgres's programs are started: they refuse to run as root. */
export interface RunAs {
  readonly binaries: NativeBinaries
  /** Words before the program: `unshare --user …` when root. */
  readonly prefix: readonly string[]
  /** Another user's ids, when name spaces are not allowed. */
  readonly user: { readonly uid: number; readonly gid: number } | null
  /** For messages and `debug`. */
  readonly label: string
}

/** Where root keeps what a switched user must read. */
export const SHARED_FOLDER = '/var/lib/tdbt'

const UNSHARE = ['unshare', '--user', '--map-user=1000', '--map-group=1000', '--'] as const

/**
 * Finds a way to run the binaries and proves it by running `postgres --version`. As root: in a user name space of its own, else as
 * user postgres or nobody. TDBT_EMBEDDED_ROOT (`unshare` or `switch`) forces one. Throws T5004 when nothing works.
 */
export async function findRunAs(
  binaries: NativeBinaries,
  env: Readonly<Record<string, string | undefined>>,
): Promise<RunAs> {
  const failures: string[] = []
  for (const way of await ways(binaries, env)) {
    try {
      const runAs = await way()
      const [command = '', ...args] = [...runAs.prefix, program(runAs.binaries.root, 'postgres'), '--version']
      await run(command, args, { ...runAs.user, cwd: '/', timeout: 20_000 })
      return runAs
    } catch (error) {
      failures.push(error instanceof Error ? error.message.trim() : String(error))
    }
  }
  throw new TdbtError('T5004', `The embedded Postgres cannot run here: ${failures.join('; ')}`, {
    hint: 'Set `backend: pglite` in the profile, or use a Postgres server.',
  })
}

async function ways(
  binaries: NativeBinaries,
  env: Readonly<Record<string, string | undefined>>,
): Promise<readonly (() => Promise<RunAs>)[]> {
  if (process.getuid?.() !== 0) {
    return [async () => ({ binaries, prefix: [], user: null, label: 'this user' })]
  }
  const unshare = async (): Promise<RunAs> => ({
    binaries,
    prefix: UNSHARE,
    user: null,
    label: 'root in a user name space',
  })
  const direct = async (): Promise<RunAs> => {
    const user = await unprivilegedUser()
    return { binaries, prefix: [], user: { uid: user.uid, gid: user.gid }, label: `user ${user.name}` }
  }
  // A package under a home of mode 0700 is out of that user's reach.
  const copied = async (): Promise<RunAs> => {
    const copy = await copyBinaries(binaries, `${SHARED_FOLDER}/postgres-${binaries.version}`)
    return { ...(await direct()), binaries: copy }
  }
  switch (env['TDBT_EMBEDDED_ROOT']) {
    case 'unshare':
      return [unshare]
    case 'switch':
      return [direct, copied]
    default:
      return [unshare, direct, copied]
  }
}

async function unprivilegedUser(): Promise<{ name: string; uid: number; gid: number }> {
  const lines = (await readFile('/etc/passwd', 'utf8')).split('\n').map((line) => line.split(':'))
  for (const wanted of ['postgres', 'nobody']) {
    const entry = lines.find(([name]) => name === wanted)
    if (entry !== undefined) return { name: wanted, uid: Number(entry[2]), gid: Number(entry[3]) }
  }
  return { name: 'uid 65534', uid: 65_534, gid: 65_534 }
}
