import { readFileSync } from 'node:fs'
import { gatheredSink } from './gathered-sink.ts'
import { loadPackedCode } from './packed-code.ts'

/** tdbt's own version, from the package it is installed as; the one file that both src/ and dist/ stand beside. */
export function packageVersion(): string {
  for (const place of ['../package.json', '../../package.json']) {
    try {
      const found: unknown = JSON.parse(readFileSync(new URL(place, import.meta.url), 'utf8'))
      if (
        typeof found === 'object' &&
        found !== null &&
        'name' in found &&
        found.name === 'tdbt' &&
        'version' in found
      ) {
        return String(found.version)
      }
    } catch {}
  }
  return '0.0.0'
}

async function main(argv: readonly string[]): Promise<number> {
  if (argv.length === 1 && (argv[0] === '--version' || argv[0] === '-v')) {
    // The commonest question of scripts is answered without loading anything.
    process.stdout.write(`tdbt ${packageVersion()}\n`)
    return 0
  }
  const packed = loadPackedCode<typeof import('./run-cli.ts')>(new URL('.', import.meta.url), process.env)
  const { runCli, commandName } = packed?.exports ?? (await import('./run-cli.ts'))
  // Whoever read the output may leave early (`tdbt ls | head -1`); the command goes on to its end, and its exit code counts.
  const leaveEarly = (error: NodeJS.ErrnoException): void => {
    if (error.code !== 'EPIPE') throw error
  }
  process.stdout.on('error', leaveEarly)
  // A person sees each line as it comes; what is read by a program or kept in a file comes in larger pieces, also at an early end.
  const gathered = process.stdout.isTTY ? undefined : gatheredSink(process.stdout, () => performance.now())
  if (gathered) process.on('exit', gathered.flush)
  let stderr: NodeJS.WriteStream | undefined
  const code = await runCli(argv, {
    version: packageVersion(),
    cwd: process.cwd(),
    // A plain copy: each look at process.env itself is a call into the system.
    env: { ...process.env },
    stdout: gathered ?? process.stdout,
    stderr: {
      write: (text) => {
        gathered?.flush()
        // Looked up when it is needed: to open a stream costs a start its milliseconds.
        stderr ??= process.stderr.on('error', leaveEarly)
        return stderr.write(text)
      },
    },
    pid: process.pid,
    resourceUsage: () => process.resourceUsage(),
    onInterrupt: (handler) => {
      process.on('SIGINT', handler)
      process.on('SIGTERM', handler)
      return () => {
        process.off('SIGINT', handler)
        process.off('SIGTERM', handler)
      }
    },
  })
  gathered?.flush()
  packed?.keep(commandName(argv) ?? 'help')
  return code
}

// A program that ends while something is still awaited has failed; Node knows that of modules alone that await.
const UNSETTLED = 13
let settled = false
process.on('exit', (code) => {
  if (!settled && code === 0) process.exitCode = UNSETTLED
})
// Node starts faster with a program that is no ES module, so there is no top level to await on.
void main(process.argv.slice(2)).then((code) => {
  settled = true
  process.exitCode = code
})
