import { TdbtError } from '../../core/index.ts'
import type { Adapter, Engine, OpenOptions } from '../interface.ts'

export async function openEmbedded(_adapter: Adapter, _options: OpenOptions): Promise<Engine> {
  throw new TdbtError('T5004', 'not yet')
}
