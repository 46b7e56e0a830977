import { atLeast, type MessageVersion } from './versions.ts'

/** One row of emv3ds-protocol §7. */
export interface TransStatusReason {
  code: string
  meaning: string
  since: MessageVersion
  /** Said in its place before; of an earlier version, or with an `instead` of its own. */
  instead?: string
}

/** Every `transStatusReason` that EMV has assigned: emv3ds-protocol §7. 31 to 79 are reserved, 80 to 99 are the DS's. */
export const TRANS_STATUS_REASONS: readonly TransStatusReason[] = [
  { code: '01', meaning: 'card authentication failed', since: '2.1.0' },
  { code: '02', meaning: 'unknown device', since: '2.1.0' },
  { code: '03', meaning: 'unsupported device', since: '2.1.0' },
  { code: '04', meaning: 'authentication frequency limit exceeded', since: '2.1.0' },
  { code: '05', meaning: 'expired card', since: '2.1.0' },
  { code: '06', meaning: 'invalid card number', since: '2.1.0' },
  { code: '07', meaning: 'invalid transaction', since: '2.1.0' },
  { code: '08', meaning: 'no card record', since: '2.1.0' },
  { code: '09', meaning: 'security failure', since: '2.1.0' },
  { code: '10', meaning: 'stolen card', since: '2.1.0' },
  { code: '11', meaning: 'suspected fraud', since: '2.1.0' },
  { code: '12', meaning: 'not permitted to this cardholder', since: '2.1.0' },
  { code: '13', meaning: 'cardholder not enrolled', since: '2.1.0' },
  { code: '14', meaning: 'timed out at the ACS', since: '2.1.0' },
  { code: '15', meaning: 'low confidence', since: '2.1.0' },
  { code: '16', meaning: 'medium confidence', since: '2.1.0' },
  { code: '17', meaning: 'high confidence', since: '2.1.0' },
  { code: '18', meaning: 'very high confidence', since: '2.1.0' },
  { code: '19', meaning: 'more challenges than the ACS allows', since: '2.1.0' },
  { code: '20', meaning: 'non-payment transaction not supported', since: '2.1.0' },
  { code: '21', meaning: '3RI not supported', since: '2.1.0' },
  { code: '22', meaning: 'technical problem of the ACS', since: '2.2.0', instead: '07' },
  { code: '23', meaning: 'decoupled authentication needed but not asked for', since: '2.2.0', instead: '01' },
  { code: '24', meaning: 'maximum time for decoupled authentication exceeded', since: '2.2.0', instead: '14' },
  { code: '25', meaning: 'time for decoupled authentication too short to try', since: '2.2.0', instead: '01' },
  { code: '26', meaning: 'authentication tried but not performed by the cardholder', since: '2.2.0', instead: '14' },
  { code: '27', meaning: 'preferred authentication method not supported', since: '2.3.1', instead: '07' },
  { code: '28', meaning: 'content security policy check failed', since: '2.3.1', instead: '09' },
  { code: '29', meaning: 'tried but not completed, to be done decoupled', since: '2.3.1', instead: '26' },
  { code: '30', meaning: 'completed but more needed, to be done decoupled', since: '2.3.1', instead: '23' }
]

/** Says the least: for what EMV has not assigned. */
const GENERAL = '07'

const BY_CODE: ReadonlyMap<string, TransStatusReason> = new Map(TRANS_STATUS_REASONS.map((reason) => [reason.code, reason]))

/**
 * The reason to send where a reason is wanted: itself where the version has it, else the nearest one that it has. What is not
 * assigned, or reserved, becomes 07. Pure.
 * @param wanted two digits; 80 to 99 are the DS's, in every version
 */
export function reasonFor (version: MessageVersion, wanted: string): string {
  if (/^[89]\d$/.test(wanted)) return wanted
  const reason = BY_CODE.get(wanted)
  if (reason === undefined) return GENERAL
  return reason.instead === undefined || atLeast(version, reason.since) ? wanted : reasonFor(version, reason.instead)
}
