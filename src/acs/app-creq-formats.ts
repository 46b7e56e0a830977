import type { JsonObject } from '../protocol/messages.ts'
import { atLeast, type MessageVersion } from '../protocol/versions.ts'

interface Format {
  isRight (value: unknown, version: MessageVersion): boolean
  /** Absent: every version has it. */
  since?: MessageVersion
}

const isText = (most: number) => (value: unknown): boolean => typeof value === 'string' && value.length <= most
const isCode = (codes: RegExp) => (value: unknown): boolean => typeof value === 'string' && codes.test(value)
const isYesOrNo = isCode(/^[YN]$/)
const isYes = isCode(/^Y$/)

const LONGEST_URL = { '2.2.0': 256, '2.3.1': 2048 }

/** From 2.3.1 on it is a universal link. */
function isAppURL (value: unknown, version: MessageVersion): boolean {
  const isNew = atLeast(version, '2.3.1')
  return isText(LONGEST_URL[isNew ? '2.3.1' : '2.2.0'])(value) && (!isNew || (URL.canParse(value as string) && /^https:/i.test(value as string)))
}

/** What an app's CReq may have beside its ids: emv3ds-protocol §9.1. */
const FORMATS: Readonly<Record<string, Format>> = {
  sdkCounterStoA: { isRight: isCode(/^(?:[01][0-9]{2}|2[0-4][0-9]|25[0-5])$/) },
  challengeDataEntry: { isRight: isText(45) },
  challengeDataEntryTwo: { isRight: isText(45), since: '2.3.1' },
  challengeHTMLDataEntry: { isRight: isText(256) },
  challengeCancel: { isRight: isCode(/^(?:01|0[4-8])$/) },
  resendChallenge: { isRight: isYesOrNo },
  challengeNoEntry: { isRight: isYes },
  challengeAddCode: { isRight: isYes, since: '2.3.1' },
  infoContinueIndicator: { isRight: (value) => value === true, since: '2.3.1' },
  oobContinue: { isRight: (value) => typeof value === 'boolean' || value === '01' || value === '02' },
  oobAppURLInd: { isRight: isCode(/^(?:0[1-3]|[89][0-9])$/), since: '2.3.1' },
  whitelistingDataEntry: { isRight: isYesOrNo, since: '2.2.0' },
  trustListDataEntry: { isRight: isYesOrNo, since: '2.3.1' },
  deviceBindingDataEntry: { isRight: isYesOrNo, since: '2.3.1' },
  threeDSRequestorAppURL: { isRight: isAppURL, since: '2.2.0' }
}

/** @returns whether an element has no value: emv3ds-protocol §3. */
export function isMissing (value: unknown): boolean {
  return value === undefined || value === null || value === ''
}

/** @returns the names of the elements whose value is none of theirs. */
export function wrongFormats (creq: JsonObject, version: MessageVersion): string[] {
  return Object.entries(FORMATS)
    .filter(([name, { isRight, since = version }]) => atLeast(version, since) && !isMissing(creq[name]) && !isRight(creq[name], version))
    .map(([name]) => name)
}

/**
 * @param creq judged by `wrongFormats`
 * @returns what of a CReq its version knows: elements that came later say nothing
 */
export function knownElements (creq: JsonObject, version: MessageVersion): JsonObject {
  return Object.fromEntries(Object.entries(creq).filter(([name]) => {
    const { since = version } = Object.hasOwn(FORMATS, name) ? FORMATS[name] as Format : {} as Partial<Format>
    return atLeast(version, since)
  }))
}
