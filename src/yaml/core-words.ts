import type { YamlWords } from './read-yaml.ts'

const INTEGER = /^[-+]?[0-9]+$/
const FLOAT = /^[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?$/

/** YAML 1.2's core schema without its octal and hexadecimal numbers: `yes` and `on` are words, keys are what is written. */
export const CORE_WORDS: YamlWords = {
  scalar(text) {
    if (/^(?:|~|null|Null|NULL)$/.test(text)) return null
    if (/^(?:true|True|TRUE)$/.test(text)) return true
    if (/^(?:false|False|FALSE)$/.test(text)) return false
    return INTEGER.test(text) || FLOAT.test(text) ? Number(text) : text
  },
  key: (_value, text) => text,
}
