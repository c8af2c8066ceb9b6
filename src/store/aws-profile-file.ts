/** Sections of ~/.aws/credentials or ~/.aws/config by name; `[profile x]` is `x`. Keys in lower case; what cannot be read is passed over, as the AWS tools do. */
export function parseProfileFile(text: string): Readonly<Record<string, Readonly<Record<string, string>>>> {
  const sections: Record<string, Record<string, string>> = {}
  let current: Record<string, string> | undefined
  for (const line of text.split(/\r?\n/)) {
    if (/^\s*[#;]/.test(line) || line.trim() === '') continue
    const heading = /^\s*\[\s*(?:profile\s+)?["']?([^\]"']+?)["']?\s*\]/.exec(line)?.[1]
    if (heading !== undefined) {
      current = sections[heading] ?? {}
      sections[heading] = current
      continue
    }
    // Indented lines belong to a nested setting (`s3 =`).
    const pair = /^([^\s=][^=]*?)\s*=\s*(.*?)\s*$/.exec(line)
    if (pair === null || current === undefined) continue
    current[(pair[1] ?? '').toLowerCase()] = (pair[2] ?? '').replace(/\s+[#;].*$/, '')
  }
  return sections
}
