/** The message versions that are supported, earliest first. Types, schemas and texts take them from here. */
export const SUPPORTED_VERSIONS = ['2.1.0', '2.2.0', '2.3.1'] as const

export type MessageVersion = typeof SUPPORTED_VERSIONS[number]

export const EARLIEST_VERSION: MessageVersion = SUPPORTED_VERSIONS[0]

/** What an `Erro` about a message without a usable version is written in (emv3ds-protocol §4). */
export const NEWEST_VERSION: MessageVersion = '2.3.1'

/** What is spoken where nobody asks for another: what 2.3.1 requires in addition only those send who ask for it. */
export const DEFAULT_VERSION: MessageVersion = '2.2.0'

/** For schemas. */
export const VERSION_PATTERN = `^(?:${SUPPORTED_VERSIONS.join('|').replaceAll('.', '\\.')})$`

/** The versions in a sentence. */
export const VERSIONS_IN_WORDS = `${SUPPORTED_VERSIONS.slice(0, -1).join(', ')} or ${NEWEST_VERSION}`

/** @returns whether it is one of the versions, letter for letter. */
export function isSupportedVersion (value: unknown): value is MessageVersion {
  return SUPPORTED_VERSIONS.some((version) => version === value)
}

/** @returns whether a message of a version has what came with another. @param version `n.n.n`, one digit each, as every active version is */
export function atLeast (version: string, since: MessageVersion): boolean {
  return version >= since
}
