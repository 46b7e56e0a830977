import type { Refused } from './refusal.ts'
import { canonicalUuid } from './uuid.ts'

type Id = 'threeDSServerTransID' | 'dsTransID' | 'acsTransID' | 'sdkTransID'

/**
 * Ids of an answer equal those of its request, capitals or not: emv3ds-protocol §1.
 * @param names which of them to compare
 * @returns 301 with the names of those that differ; nothing where none does
 */
export function differentIds (message: { readonly [Name in Id]?: unknown }, known: { readonly [Name in Id]?: unknown }, names: readonly Id[]): Refused | undefined {
  const different = names.filter((name) => canonicalUuid(message[name]) !== canonicalUuid(known[name]))
  return different.length === 0 ? undefined : { errorCode: '301', errorDetail: different.join(',') }
}
