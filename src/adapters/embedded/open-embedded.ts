import { existsSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { TdbtError } from '../../core/index.ts'
import type { Adapter, Engine, OpenOptions } from '../interface.ts'
import { readEmbeddedSettings } from './embedded-settings.ts'

/**
 * The embedded engine, started: native where its binaries run, else PGlite with a line in the log that says why. Data that one
 * backend already has decides for it, since the other could not see it. Throws T1006, T5004, T5005.
 */
export async function openEmbedded(adapter: Adapter, options: OpenOptions): Promise<Engine> {
  const settings = readEmbeddedSettings(options.target, options.env)
  const native = (): Promise<Engine> =>
    starting(settings.nativePath, async () =>
      (await import('./native/open-native.ts')).openNative(adapter, options, settings),
    )
  const pglite = (): Promise<Engine> =>
    starting(settings.pglitePath, async () =>
      (await import('./pglite/open-pglite.ts')).openPglite(adapter, options, settings),
    )
  switch (settings.backend) {
    case 'native':
      return await native()
    case 'pglite':
      return await pglite()
    case 'auto': {
      const hasNative = hasData(options.projectRoot, settings.nativePath)
      if (!hasNative && hasData(options.projectRoot, settings.pglitePath)) return await pglite()
      try {
        return await native()
      } catch (error) {
        if (hasNative || !(error instanceof TdbtError) || error.code !== 'T5004') throw error
        options.emit({ type: 'log', level: 'info', message: `Using PGlite as the embedded engine. ${error.message}` })
        return await pglite()
      }
    }
  }
}

function hasData(projectRoot: string, path: string): boolean {
  const folder = resolve(projectRoot, path)
  // `location` tells that root's data is elsewhere.
  return existsSync(join(folder, 'data', 'PG_VERSION')) || existsSync(join(folder, 'location'))
}

/** What the system refuses on the way (a folder that is read-only, a full disk) is T5004 too. */
async function starting(path: string, work: () => Promise<Engine>): Promise<Engine> {
  try {
    return await work()
  } catch (error) {
    if (error instanceof TdbtError) throw error
    const reason = error instanceof Error ? error.message : String(error)
    throw new TdbtError('T5004', `The embedded engine cannot use the folder ${path}: ${reason}`, {
      hint: 'Check that the folder can be written and the disk is not full, or set another `path` in the profile.',
      cause: error,
    })
  }
}
