/** One object of a store. */
export interface StoreEntry {
  /** Path below the store's root, with `/` between its parts. */
  readonly key: string
  readonly size: number
  /** Changes when the bytes do: S3's ETag without quotes; for files, size and time of the last change. */
  readonly etag: string
  readonly modified: Date
}

export interface ReadOptions {
  /** Bytes from `start` to `end`, both counted from 0 and included; to the end where `end` is absent. */
  readonly range?: { readonly start: number; readonly end?: number }
  readonly signal?: AbortSignal | undefined
}

export interface WriteOptions {
  /** `*`: T8024 when the key is there already, also when someone else writes it meanwhile. */
  readonly ifNoneMatch?: '*'
  readonly contentType?: string
  readonly signal?: AbortSignal | undefined
}

/**
 * A place for objects: a folder or a bucket's prefix. Keys are relative to it; one that would lead out of it is T8020.
 * Errors: T8021 not reachable after the retries, T8022 refused, T8023 no such object, T8024 there already, T8025 anything else
 * (a full disk, a broken answer). No message shows a key, a token or a signed URL.
 */
export interface Store {
  readonly scheme: 'file' | 's3'
  /** Where it is, without credentials; ends in `/`. */
  readonly url: string
  /** Objects whose key begins with `prefix`, in the order of their keys. A folder that is not there holds nothing. */
  list(prefix?: string, options?: { readonly signal?: AbortSignal | undefined }): AsyncIterable<StoreEntry>
  /** null when it is not there. */
  stat(key: string): Promise<StoreEntry | null>
  /** The bytes. A connection that breaks is taken up where it broke; T8025 when the object was replaced meanwhile. */
  read(key: string, options?: ReadOptions): AsyncIterable<Uint8Array>
  /**
   * Atomic by key: readers see the object as it was or, when this resolves, as it is now. Rejects, and leaves the old one, when the
   * chunks do. The entry is that of what was written.
   */
  write(
    key: string,
    chunks: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
    options?: WriteOptions,
  ): Promise<StoreEntry>
  /** True when there was something to delete. */
  delete(key: string): Promise<boolean>
  /** The key's own URL, for messages and files that name it. */
  locate(key: string): string
}
