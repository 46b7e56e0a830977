import type { AppChallengeParts } from '../src/acs/app-challenge.ts'
import { buildRReq } from '../src/acs/build-rreq.ts'
import { emvScreenCRes } from '../src/acs/build-cres.ts'
import { createEmvProofs } from '../src/acs/emv-proofs.ts'
import type { Proofs } from '../src/acs/proofs.ts'
import type { Config } from '../src/config.ts'
import { originalRange, originalSpan } from '../src/dialects/original/card-ranges.ts'
import { originalResultRules } from '../src/dialects/original/result-rules.ts'
import { legacyScreenCRes } from '../src/dialects/original/text-cres.ts'
import { buildLegacyRReq, legacyProofs } from '../src/dialects/original/values.ts'
import { type AuthenticateDoor, emvDoor, legacyDoor } from '../src/dialects/three-ds-server-api/authenticate-door.ts'
import { emvResultAnswers, legacyResultAnswers, type ResultAnswers } from '../src/dialects/three-ds-server-api/result-answers.ts'
import { toleratesInResults } from '../src/dialects/three-ds-server-api/results-tolerance.ts'
import { createJudge } from '../src/protocol/judge.ts'
import { BUILT_IN_SCENARIOS, ORIGINAL_SCENARIOS } from '../src/scenario/catalogue.ts'
import type { Scenario } from '../src/scenario/scenario.ts'
import { emvResultRules, type ResultRules } from '../src/three-ds-server/judge-results.ts'
import { type CardRangeRules, rangeAround, supportedSpan } from '../src/three-ds-server/version.ts'

/** Where EMV and the original server differ. */
export interface Behaviour {
  legacy: boolean
  authenticateDoor: AuthenticateDoor
  answers: ResultAnswers
  proofs: Proofs
  screenCRes: AppChallengeParts['screenCRes']
  /** Whether a CReq that cannot be used ends its challenge. */
  faultsEnd: boolean
  scenarios: readonly Scenario[]
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
  screenCRes: legacyScreenCRes,
  faultsEnd: false,
  scenarios: ORIGINAL_SCENARIOS,
  buildResult: buildLegacyRReq,
  resultRules: originalResultRules,
  cardRanges: { rangeOf: originalRange, span: originalSpan, hasMethod: false }
}

/** Values as EMV has them. @param seed of which authentication values are made */
export function emvBehaviour (seed: string, { eciOnFailure, isStrict, firstErrorCode }: Pick<Config, 'eciOnFailure' | 'isStrict' | 'firstErrorCode'>): Behaviour {
  const judge = createJudge({ strict: isStrict, firstErrorCode, ...(isStrict ? {} : { tolerates: toleratesInResults }) })
  const proofs = createEmvProofs(seed, eciOnFailure)
  const buildResult: Behaviour['buildResult'] = (transaction, progress, ending) => buildRReq(transaction, progress, ending, proofs)
  return {
    legacy: false,
    authenticateDoor: emvDoor,
    answers: emvResultAnswers,
    proofs,
    screenCRes: emvScreenCRes,
    faultsEnd: true,
    scenarios: BUILT_IN_SCENARIOS,
    buildResult,
    resultRules: emvResultRules(judge, isStrict),
    cardRanges: { rangeOf: rangeAround, span: supportedSpan, hasMethod: true }
  }
}
