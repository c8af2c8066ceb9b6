import { TdbtError } from '../core/index.ts'

/** An engine that says that its disk is full is helped by room alone: the error says so as its next step. */
export function withDiskHint(error: unknown): unknown {
  if (
    !(error instanceof TdbtError) ||
    !/No space left on device|disk (?:is )?full|Check free disk space|ENOSPC/i.test(error.message)
  )
    return error
  return new TdbtError(error.code, error.message, {
    ...error.details,
    hint: 'Make room on the disk of the engine, then run again: the table has its old rows.',
    cause: error,
  })
}
