import { execFileSync } from 'node:child_process'
import { readFileSync, readlinkSync } from 'node:fs'
import { hostname } from 'node:os'

/** What tells a process from another that got its number later. */
export interface ProcessIdentity {
  readonly pid: number
  /** When it started, in whatever unit the system has; '' where the system does not tell. */
  readonly startedAt: string
  /** Machine, boot and pid name space: numbers of another space mean nothing here. */
  readonly space: string
}

export function thisProcess(): ProcessIdentity {
  return { pid: process.pid, startedAt: startOf(process.pid), space: processSpace() }
}

export function processSpace(): string {
  const read = (get: () => string): string => {
    try {
      return get().trim()
    } catch {
      return ''
    }
  }
  const boot = read(() => readFileSync('/proc/sys/kernel/random/boot_id', 'utf8'))
  const pids = read(() => readlinkSync('/proc/self/ns/pid'))
  return [hostname(), boot, pids].filter((part) => part !== '').join(' ')
}

/** True when a process of that number runs, whoever owns it. One that ended and that nobody has asked after (a zombie) does not. */
export function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return !/^[ZX]/.test(statFields(pid)[0] ?? '')
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM'
  }
}

/** Whether that very process still runs; only meaningful in the same space. */
export function isSameProcess(identity: ProcessIdentity): boolean {
  if (!isRunning(identity.pid)) return false
  const startedAt = startOf(identity.pid)
  return startedAt === '' || identity.startedAt === '' || startedAt === identity.startedAt
}

function startOf(pid: number): string {
  try {
    if (process.platform === 'linux') return statFields(pid)[19] ?? ''
    if (process.platform === 'win32') return ''
    return execFileSync('ps', ['-o', 'lstart=', '-p', String(pid)], { encoding: 'utf8', timeout: 5000 }).trim()
  } catch {
    return ''
  }
}

/** Linux: the fields of /proc/<pid>/stat from the third (state) on; the second, the command, may hold spaces and brackets. */
function statFields(pid: number): readonly string[] {
  if (process.platform !== 'linux') return []
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1')
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  } catch {
    return []
  }
}
