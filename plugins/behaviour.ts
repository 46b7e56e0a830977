import type { AppChallengeParts } from '../src/acs/app-challenge.ts'
import { buildRReq } from '../src/acs/build-rreq.ts'
import { textAppCRes } from '../src/acs/build-cres.ts'
import { createEmvProofs } from '../src/acs/emv-proofs.ts'
import type { Proofs } from '../src/acs/proofs.ts'
import { originalRange, originalSpan } from '../src/dialects/original/card-ranges.ts'
import { originalResultRules } from '../src/dialects/original/result-rules.ts'
import { legacyTextCRes } from '../src/dialects/original/text-cres.ts'
import { buildLegacyRReq, legacyProofs } from '../src/dialects/original/values.ts'
import { type AuthenticateDoor, emvDoor, legacyDoor } from '../src/dialects/three-ds-server-api/authenticate-door.ts'
import { emvResultAnswers, legacyResultAnswers, type ResultAnswers } from '../src/dialects/three-ds-server-api/result-answers.ts'
import { emvResultRules, type ResultRules } from '../src/three-ds-server/judge-results.ts'
import { type CardRangeRules, rangeAround, supportedSpan } from '../src/three-ds-server/version.ts'

/** Where EMV and the original server differ. */
export interface Behaviour {
  legacy: boolean
  authenticateDoor: AuthenticateDoor
  answers: ResultAnswers
  proofs: Proofs
  textCRes: AppChallengeParts['textCRes']
  buildResult: AppChallengeParts['buildResult']
  resultRules: ResultRules
  cardRanges: Omit<CardRangeRules, 'scenarios'>
}

/** The original server's constants, rules and field sets. */
export const legacyBehaviour: Behaviour = {
  legacy: true,
  authenticateDoor: legacyDoor,
  answers: legacyResultAnswers,
  proofs: legacyProofs,
  textCRes: legacyTextCRes,
  buildResult: buildLegacyRReq,
  resultRules: originalResultRules,
  cardRanges: { rangeOf: originalRange, span: originalSpan }
}

/** Values as EMV has them. @param seed of which authentication values are made */
export function emvBehaviour (seed: string): Behaviour {
  const proofs = createEmvProofs(seed)
  const buildResult: Behaviour['buildResult'] = (transaction, progress, ending) => buildRReq(transaction, progress, ending, proofs)
  return {
    legacy: false,
    authenticateDoor: emvDoor,
    answers: emvResultAnswers,
    proofs,
    textCRes: textAppCRes,
    buildResult,
    resultRules: emvResultRules,
    cardRanges: { rangeOf: rangeAround, span: supportedSpan }
  }
}
