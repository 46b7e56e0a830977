import { atLeast } from '../../protocol/versions.ts'
import type { JsonObject } from '../../protocol/messages.ts'
import { formatAmount } from '../../protocol/currencies.ts'
import { CONSENT_TEXTS, hintFor } from '../pages/words.ts'
import type { AppScreen } from './app-screen.ts'

/** Longest texts of the elements, the same in all versions. */
const MOST_INFO = 350
const MOST_EXPANDED = 256

/** What the native templates have in common. */
export function nativeElements (screen: AppScreen): JsonObject {
  return {
    ...screen.notice === 'wrong-code' ? { challengeInfoTextIndicator: 'Y' } : {},
    ...screen.otherMethod ? { challengeAddLabel: 'Another way' } : {},
    ...consentElements(screen),
    ...screen.first ? { ...imageElements(screen), ...explainingElements(screen) } : {}
  }
}

/** `challengeInfoHeader` and `challengeInfoText`: the sentence, and what it is about on a line of its own. */
export function infoElements ({ purchase }: AppScreen, sentence: string): JsonObject {
  const amount = formatAmount(purchase)
  const line = [purchase.merchantName, amount].map((text = '') => text.replace(/[\s\p{Cc}]+/gu, ' ').trim()).filter((text) => text !== '').join(', ')
  return { challengeInfoHeader: 'Authentication Required', challengeInfoText: fit(line === '' ? sentence : `${sentence}\n${line}`, MOST_INFO) }
}

/** As many whole characters of a text as there is room for. */
function fit (text: string, most: number): string {
  return text.slice(0, most).replace(/[\uD800-\uDBFF]$/, '')
}

/** The two names of the trust list: emv3ds-protocol §16. */
export function consentElements ({ consents, messageVersion }: Pick<AppScreen, 'consents' | 'messageVersion'>): JsonObject {
  const isNew = atLeast(messageVersion, '2.3.1')
  const elements: JsonObject = {}
  if (consents.includes('trustList')) elements[isNew ? 'trustListInfoText' : 'whitelistingInfoText'] = CONSENT_TEXTS.trustList
  if (consents.includes('deviceBinding')) elements['deviceBindingInfoText'] = CONSENT_TEXTS.deviceBinding
  // Above the buttons.
  if (isNew && consents.length > 0) elements['togglePositionInd'] = '01'
  return elements
}

/** By density of the display until 2.2.0, by its mode from 2.3.1 on. */
function imageElements ({ messageVersion, imageURL }: AppScreen): JsonObject {
  const sizes = atLeast(messageVersion, '2.3.1') ? ['default', 'dark', 'monochrome'] : ['medium', 'high', 'extraHigh']
  const image = (name: 'issuer' | 'payment-system') => Object.fromEntries(sizes.map((size) => [size, imageURL(name, size)]))
  return { issuerImage: image('issuer'), psImage: image('payment-system') }
}

function explainingElements (screen: AppScreen): JsonObject {
  return {
    whyInfoLabel: 'Why do I see this?',
    whyInfoText: 'The shop asked your bank to make sure that it is you.',
    expandInfoLabel: 'About this mock',
    expandInfoText: fit(`This is a mock, not a bank: ${hintOf(screen)}`, MOST_EXPANDED)
  }
}

function hintOf ({ kind, passingCode, oobAppURL }: AppScreen): string {
  if (kind === 'text') return `code ${passingCode} passes.`
  return kind === 'out-of-band' && oobAppURL !== undefined ? `approve at ${oobAppURL}` : hintFor(kind)
}
