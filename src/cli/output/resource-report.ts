import type { Invocation } from '../../core/index.ts'
import type { Terminal } from '../terminal.ts'
import type { Printer } from './printer.ts'

/** dbt's last two events of a command: what it took of the machine (shown with --show-resource-report), and that it is done. */
export function reportResources(options: {
  readonly printer: Printer
  readonly terminal: Terminal
  readonly invocation: Invocation
  readonly success: boolean
  readonly show: boolean | undefined
}): void {
  const { printer, terminal, invocation, success } = options
  const completedAt = invocation.now()
  const seconds = (completedAt.getTime() - invocation.startedAt.getTime()) / 1000
  const usage = terminal.resourceUsage?.()
  const data = {
    command_name: invocation.command,
    command_success: success,
    command_wall_clock_time: seconds,
    ...(usage === undefined
      ? {}
      : {
          process_user_time: usage.userCPUTime / 1e6,
          process_kernel_time: usage.systemCPUTime / 1e6,
          process_mem_max_rss: String(usage.maxRSS),
          process_in_blocks: String(usage.fsRead),
          process_out_blocks: String(usage.fsWrite),
        }),
  }
  printer.line(`Resource report: ${JSON.stringify(data)}`, options.show ? 'info' : 'debug', 'ResourceReport', data)
  printer.line(
    `Command \`tdbt ${invocation.command}\` ${success ? 'succeeded' : 'failed'} at ${completedAt.toISOString()} after ${seconds.toFixed(2)} seconds`,
    'debug',
    'CommandCompleted',
    { command: `tdbt ${invocation.command}`, completed_at: completedAt.toISOString(), elapsed: seconds, success },
  )
}
