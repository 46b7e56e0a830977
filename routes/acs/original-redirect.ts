import type { BrowserChallengeParts } from '../../src/acs/browser-challenge.ts'
import { resultOf } from '../../src/acs/challenge/challenge-of.ts'
import type { FastifyRequest } from 'fastify'
import type { Config } from '../../src/config.ts'
import { redirectLocation } from '../../src/dialects/original/redirect.ts'
import { MockError } from '../../src/errors.ts'
import { isWebAddress, NO_WEB_ADDRESS } from '../../src/protocol/web-address.ts'
import type { Transaction } from '../../src/transaction/transaction.ts'

export type RedirectQuery = { redirectUrl?: unknown }
export type RedirectRequest = FastifyRequest<{ Querystring: RedirectQuery }>

/** Form bodies of the original's paths, bytes, as in the original. */
export const ORIGINAL_BODY_LIMIT = 16_384

/** Where the original sends a browser when nobody said where to. */
const ORIGINAL_REDIRECT = 'https://juspay.api.in.end'

/**
 * The ACS as the original has it: a browser answers for an app too, and without a CReq before; a CReq may be of another version than
 * its transaction, and none ends a challenge.
 */
export function originalChallenge ({ judge, ...challenge }: BrowserChallengeParts): BrowserChallengeParts {
  return {
    ...challenge,
    judge: (read, { version: _anyVersion, ...expected }) => judge(read, expected),
    anyChannel: true,
    isStrict: false,
    faultsEnd: false,
    rules: { ...challenge.rules, opensUnasked: true }
  }
}

/**
 * Where the 3DS Requestor waits: the query's `redirectUrl`, else the transaction's notificationURL.
 * @throws MockError `invalid_request` when there is none that a browser may be sent to
 */
export function redirectTarget (
  { query }: RedirectRequest, transaction: Transaction | undefined, compatibility: Config['compatibility']
): string {
  const fallback = compatibility === 'legacy' ? ORIGINAL_REDIRECT : undefined
  const target = query.redirectUrl ?? transaction?.aReq.notificationURL ?? fallback
  if (isWebAddress(target)) return target
  throw new MockError('invalid_request', `redirectUrl ${NO_WEB_ADDRESS}`)
}

/** The way back with the result in the query: parameters in the original's order. */
export function resultLocation (target: string, transaction: Transaction): string {
  const rReq = resultOf(transaction)
  return redirectLocation(target, [
    ['transStatus', rReq?.transStatus],
    ['threeDSServerTransID', transaction.threeDSServerTransID],
    ['eci', rReq?.eci],
    ['authenticationValue', rReq?.authenticationValue]
  ])
}
