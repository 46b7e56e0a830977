import { DEFAULT_VERSION, type MessageVersion, SUPPORTED_VERSIONS } from '../../protocol/versions.ts'
import type { CardRange } from './card-range.ts'

/** What decides about the version of a transaction. */
export interface VersionChoice {
  /** The card's range; without one every version is spoken. */
  range?: CardRange | undefined
  /** What is no version is none that is wanted. */
  preferredProtocolVersion?: unknown
  enforcePreferredProtocolVersion?: boolean | undefined
}

/**
 * The version that a 3DS Server speaks for a card: emv3ds-protocol §4. The preferred one where all can; otherwise 2.2.0, because
 * what 2.3.1 requires in addition only those send who ask for it; otherwise the highest that all can.
 * @returns `undefined` when there is none: nothing in common, or not the version that is enforced
 */
export function selectVersion (choice: VersionChoice): MessageVersion | undefined {
  const { range, preferredProtocolVersion, enforcePreferredProtocolVersion = false } = choice
  const ofAcs = range?.acsProtocolVersions.map(({ version }) => version) ?? SUPPORTED_VERSIONS
  const ofDs = range?.dsProtocolVersions ?? SUPPORTED_VERSIONS
  const common = SUPPORTED_VERSIONS.filter((version) => ofAcs.includes(version) && ofDs.includes(version))
  const preferred = common.find((version) => version === preferredProtocolVersion)
  if (preferred !== undefined) return preferred
  if (enforcePreferredProtocolVersion && preferredProtocolVersion !== undefined) return undefined
  return common.includes(DEFAULT_VERSION) ? DEFAULT_VERSION : common.at(-1)
}
