import { TdbtError } from '../../../core/index.ts'
import type { Adapter, Engine, OpenOptions } from '../../interface.ts'
import type { EmbeddedSettings } from '../embedded-settings.ts'

export async function openPglite(_a: Adapter, _o: OpenOptions, _s: EmbeddedSettings): Promise<Engine> {
  throw new TdbtError('T5004', 'The PGlite backend is not there yet')
}
