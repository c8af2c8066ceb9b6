import type { Manifest, NodeStatus } from '../core/index.ts'

/** What `state:`, `result:` and `source_status:` compare with: artifacts of an earlier run, as artifacts/ reads them. */
export interface PreviousState {
  /** manifest.json of the state folder; null when it is not there. */
  readonly manifest: Manifest | null
  /** Entries of its run_results.json; null when it is not there. */
  readonly results: readonly PreviousResult[] | null
  /** Entries of its sources.json; null when it is not there. */
  readonly sources: readonly PreviousFreshness[] | null
  /** Entries of the current target's sources.json; null when it is not there. */
  readonly sourcesCurrent: readonly PreviousFreshness[] | null
}

export interface PreviousResult {
  readonly unique_id: string
  readonly status: NodeStatus
}

export interface PreviousFreshness {
  readonly unique_id: string
  readonly status: string
  /** ISO time; null where the check itself failed. */
  readonly max_loaded_at: string | null
}
