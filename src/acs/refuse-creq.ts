import type { ProtocolError } from '../errors.ts'
import { erroBody } from '../protocol/erro.ts'
import type { Judge } from '../protocol/judge.ts'
import { hasChallenge } from '../transaction/has-challenge.ts'
import type { Transaction } from '../transaction/transaction.ts'
import { advanceChallenge, type ChallengeParts } from './advance-challenge.ts'
import { type ChallengeRules, step } from './challenge/machine.ts'

/** What ending a challenge for a CReq takes. */
export interface RefusalParts extends ChallengeParts {
  rules: ChallengeRules
  judge: Judge
  /** Whether a CReq that cannot be used ends its challenge (emv3ds-protocol §12.3); the original server waits for the next one. */
  faultsEnd: boolean
}

/**
 * Ends a challenge because a CReq of its own cannot be used: RReq U (emv3ds-protocol §10, §12.3). What is over stays as it is.
 * @param found the transaction that the CReq is of
 * @param inApp whether the CReq came from an SDK: it ends no challenge in a browser, nor the other way round
 * @param error what the sender is told
 * @throws MockError of the store
 */
export async function endWithRefusal (found: Transaction, inApp: boolean, error: ProtocolError, parts: RefusalParts): Promise<void> {
  const { aReq, parties } = found
  if (!parts.faultsEnd || (aReq.deviceChannel === '01') !== inApp || !hasChallenge(found) || parties?.acs === 'elsewhere') return
  await advanceChallenge(parts, found, (challenge) => step(challenge, { type: 'refuse', erro: erroBody(error.erro) }, parts.rules))
}
