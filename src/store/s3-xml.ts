const ENTITIES: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" }

/** Contents of the first element of that name, without namespaces; undefined when there is none. For the flat answers of S3, not for XML at large. */
export function xmlValue(xml: string, name: string): string | undefined {
  return xmlValues(xml, name)[0]
}

/** Contents of all elements of that name, in order. */
export function xmlValues(xml: string, name: string): readonly string[] {
  const found = [...xml.matchAll(new RegExp(`<${name}(?:\\s[^>]*)?(?:/>|>([\\s\\S]*?)</${name}>)`, 'g'))]
  return found.map((match) => match[1] ?? '')
}

/** Text with its entities resolved. */
export function xmlText(raw: string | undefined): string {
  return (raw ?? '').replace(/&(#x[0-9a-f]+|#\d+|\w+);/gi, (whole, name: string) => {
    if (name.startsWith('#x') || name.startsWith('#X')) return String.fromCodePoint(Number.parseInt(name.slice(2), 16))
    if (name.startsWith('#')) return String.fromCodePoint(Number(name.slice(1)))
    return ENTITIES[name] ?? whole
  })
}

/** Text as it may stand in an element. */
export function xmlEscape(text: string): string {
  return text.replace(/[<>&"']/g, (char) => `&#${char.charCodeAt(0)};`)
}
