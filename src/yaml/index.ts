/** The public door of yaml/: YAML texts with the places of their values. */
export { CORE_WORDS } from './core-words.ts'
export { readYaml, type YamlFile, type YamlPath, type YamlWords } from './read-yaml.ts'
export { YamlReader } from './yaml-reader.ts'
