/** The message versions that are supported, earliest first. Types, schemas and texts take them from here. */
export const SUPPORTED_VERSIONS = ['2.1.0', '2.2.0'] as const

export type MessageVersion = typeof SUPPORTED_VERSIONS[number]

export const EARLIEST_VERSION: MessageVersion = SUPPORTED_VERSIONS[0]

/** What is spoken where nobody asks for another. */
export const LATEST_VERSION: MessageVersion = '2.2.0'

/** For schemas. */
export const VERSION_PATTERN = `^(?:${SUPPORTED_VERSIONS.join('|').replaceAll('.', '\\.')})$`

/** The versions in a sentence. */
export const VERSIONS_IN_WORDS = SUPPORTED_VERSIONS.join(' or ')

/** @returns whether it is one of the versions, letter for letter. */
export function isSupportedVersion (value: unknown): value is MessageVersion {
  return SUPPORTED_VERSIONS.some((version) => version === value)
}
