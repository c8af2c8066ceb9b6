import { TdbtError } from '../core/index.ts'

/** The key, when it stays below the store's root and names an object: no `..`, no leading `/`, no NUL, not empty. Throws T8020. */
export function checkKey(key: string): string {
  const bad =
    key === '' ||
    key.startsWith('/') ||
    key.endsWith('/') ||
    key.includes('\0') ||
    key.split('/').some((part) => part === '..' || part === '.')
  if (!bad) return key
  throw new TdbtError('T8020', `'${key}' names no object of a store.`, {
    found: key,
    expected: 'a path below the folder, without . and ..',
    hint: 'Write the path from the folder on.',
  })
}
