import type { JsonObject, MessageVersion } from '../protocol/messages.ts'
import { atLeast } from '../protocol/versions.ts'
import type { Consent } from '../transaction/challenge.ts'

/** The trust list came with 2.2.0, binding a device with 2.3.1: emv3ds-protocol §16. */
const SINCE: Readonly<Record<Consent, MessageVersion>> = { trustList: '2.2.0', deviceBinding: '2.3.1' }

/** @returns whether a version can ask for a consent, and tell of it. */
export function knowsConsent (messageVersion: string, consent: Consent): boolean {
  return atLeast(messageVersion, SINCE[consent])
}

/** Set by the ACS: element table. */
const SOURCE = '03'

/** Given, refused, never asked for. */
const TRUST = { Y: 'Y', N: 'R', none: 'N' }
const BINDING = { Y: '15', N: '04', none: '01' }

/** What is told of a consent in RReq and ARes: element table. The trust list had another name before 2.3.1. */
export function consentStatus (messageVersion: string, consent: Consent, given: 'Y' | 'N' | 'none'): JsonObject {
  if (consent === 'deviceBinding') return { deviceBindingStatus: BINDING[given], deviceBindingStatusSource: SOURCE }
  return atLeast(messageVersion, '2.3.1')
    ? { trustListStatus: TRUST[given], trustListStatusSource: SOURCE }
    : { whiteListStatus: TRUST[given], whiteListStatusSource: SOURCE }
}
