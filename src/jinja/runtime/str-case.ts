/** Letter case of strings, by Unicode's properties, as Python's str has it. */

/** One character in title case. */
export function casedTitle(character: string): string {
  const upper = character.toUpperCase()
  const first = String.fromCodePoint(upper.codePointAt(0) ?? 0)
  if (character === '') return ''
  // Digraphs such as ǆ have a title form of their own (ǅ), next to the capital one.
  if (/^[\u01c4-\u01cc\u01f1-\u01f3]$/.test(character)) return TITLE_DIGRAPHS[upper] ?? upper
  // ß becomes Ss, but ŉ, whose first part has no case, ʼN.
  const small = upper.slice(first.length).toLowerCase()
  return first.length === upper.length || !/\p{Lu}/u.test(first) ? upper : first + small
}

const TITLE_DIGRAPHS: Readonly<Record<string, string>> = {
  '\u01c4': '\u01c5',
  '\u01c7': '\u01c8',
  '\u01ca': '\u01cb',
  '\u01f1': '\u01f2',
}

/** str.title(): a capital at the start of every run of cased letters, small ones after it. */
export function titleText(text: string): string {
  return text.replace(/[\p{Lowercase}\p{Uppercase}\p{Lt}]+/gu, (word) => {
    const first = String.fromCodePoint(word.codePointAt(0) ?? 0)
    // The whole word goes to lower case, since a final sigma depends on what stands before it.
    return casedTitle(first) + word.toLowerCase().slice(first.toLowerCase().length)
  })
}

/** str.casefold(): small letters of capitals of small letters, so that ß, ẞ and SS are one; but ı is not i. */
export function foldCase(text: string): string {
  return Array.from(text, (character) =>
    character === 'ı' ? character : character.toLowerCase().toUpperCase().toLowerCase(),
  )
    .join('')
    .replaceAll('ς', 'σ')
}

export function swapCase(text: string): string {
  const lower = text.toLowerCase()
  const aligned = lower.length === text.length
  let out = ''
  let at = 0
  for (const character of text) {
    const end = at + character.length
    if (/\p{Uppercase}/u.test(character)) out += aligned ? lower.slice(at, end) : character.toLowerCase()
    else out += /\p{Lowercase}/u.test(character) ? character.toUpperCase() : character
    at = end
  }
  return out
}

export function isLowerText(text: string): boolean {
  return /\p{Lowercase}/u.test(text) && !/[\p{Uppercase}\p{Lt}]/u.test(text)
}

export function isUpperText(text: string): boolean {
  return /\p{Uppercase}/u.test(text) && !/[\p{Lowercase}\p{Lt}]/u.test(text)
}

export function isTitleText(text: string): boolean {
  let afterCased = false
  let found = false
  for (const character of text) {
    if (/[\p{Uppercase}\p{Lt}]/u.test(character)) {
      if (afterCased) return false
      afterCased = true
      found = true
    } else if (/\p{Lowercase}/u.test(character)) {
      if (!afterCased) return false
      found = true
    } else afterCased = false
  }
  return found
}

export function isPrintable(text: string): boolean {
  return !/[\p{C}\p{Z}]/u.test(text.replaceAll(' ', ''))
}
