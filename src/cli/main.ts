import { readFileSync } from 'node:fs'

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

const argv = process.argv.slice(2)
if (argv.length === 1 && (argv[0] === '--version' || argv[0] === '-v')) {
  // The commonest question of scripts is answered without loading anything.
  process.stdout.write(`tdbt ${packageVersion()}\n`)
} else {
  const { loadPackedCode } = await import('./packed-code.ts')
  const packed = loadPackedCode<typeof import('./run-cli.ts')>(new URL('.', import.meta.url), process.env)
  const { runCli, commandName } = packed?.exports ?? (await import('./run-cli.ts'))
  // Whoever read the output may leave early (`tdbt ls | head -1`); the command goes on to its end, and its exit code counts.
  for (const stream of [process.stdout, process.stderr]) {
    stream.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code !== 'EPIPE') throw error
    })
  }
  process.exitCode = await runCli(argv, {
    version: packageVersion(),
    cwd: process.cwd(),
    // A plain copy: each look at process.env itself is a call into the system.
    env: { ...process.env },
    stdout: process.stdout,
    stderr: process.stderr,
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
  packed?.keep(commandName(argv) ?? 'help')
}
