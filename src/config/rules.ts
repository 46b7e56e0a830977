import type { Settings } from './settings.ts'

/** What is refused, what is waited for, who the others are, and what is said where EMV leaves it open. */
export interface Rules {
  readonly maxAttemptsReason: Settings['MAX_ATTEMPTS_REASON']
  readonly eciOnFailure: 'absent' | 'present'
  readonly fallbackCRes: Settings['FALLBACK_CRES']
  /** Milliseconds each. */
  readonly timers: Readonly<{ firstCReq: number, idle: number, spc: number }>
  readonly isStrict: boolean
  readonly checksClockSkew: Settings['CHECK_CLOCK_SKEW']
  readonly firstErrorCode: Settings['FIRST_ERROR_CODE']
  readonly erroStatus: 200 | 400
  readonly erroField: Settings['ERRO_FIELD']
  readonly directoryServer: Readonly<{
    /** Absent: the ACS of this process. */
    acsURL?: string
    acsTimeoutMs: number
    rResTimeoutMs: number
    preqIntervalSeconds: number
  }>
  /** Of the ACS for an RRes. */
  readonly acsRResTimeoutMs: number
  /** Absent: the built-in ones. */
  readonly cardRanges?: string
}

/** @returns the rules that the settings say, frozen where they are objects. */
export function toRules (read: Settings): Rules {
  return {
    maxAttemptsReason: read.MAX_ATTEMPTS_REASON,
    eciOnFailure: read.ECI_ON_FAILURE === 'absent' ? 'absent' : 'present',
    fallbackCRes: read.FALLBACK_CRES,
    timers: Object.freeze({
      firstCReq: read.FIRST_CREQ_TIMEOUT_SECONDS * 1000,
      idle: read.CHALLENGE_IDLE_TIMEOUT_SECONDS * 1000,
      spc: read.SPC_TIMEOUT_SECONDS * 1000
    }),
    isStrict: read.VALIDATION === 'emv-strict',
    checksClockSkew: read.CHECK_CLOCK_SKEW,
    firstErrorCode: read.FIRST_ERROR_CODE,
    erroStatus: read.ERRO_STATUS === '400' ? 400 : 200,
    erroField: read.ERRO_FIELD,
    directoryServer: Object.freeze({
      ...read.DS_ACS_URL !== undefined && { acsURL: read.DS_ACS_URL },
      acsTimeoutMs: read.DS_ACS_TIMEOUT_MS,
      rResTimeoutMs: read.DS_RRES_TIMEOUT_MS,
      preqIntervalSeconds: read.PREQ_INTERVAL_SECONDS
    }),
    acsRResTimeoutMs: read.ACS_RRES_TIMEOUT_MS,
    ...read.CARD_RANGES !== undefined && { cardRanges: read.CARD_RANGES }
  }
}
