import t, { type Test } from 'tap'
import { createManualClock } from '../../../src/clock.ts'
import { ResultsRequestSchema } from '../../../src/dialects/three-ds-server-api/request-schemas.ts'
import { originalResultRules } from '../../../src/dialects/original/result-rules.ts'
import { readResultsRequest, sentResult } from '../../../src/dialects/three-ds-server-api/results-request.ts'
import { ProtocolError } from '../../../src/errors.ts'
import { createChecker } from '../../../src/protocol/checker.ts'
import { toleratesInResults } from '../../../src/dialects/three-ds-server-api/results-tolerance.ts'
import { createJudge } from '../../../src/protocol/judge.ts'
import type { ARes, RReq } from '../../../src/protocol/messages.ts'
import { createMemoryStore } from '../../../src/store/memory-store.ts'
import { finalResult } from '../../../src/three-ds-server/final.ts'
import { emvResultRules, type ResultRules } from '../../../src/three-ds-server/judge-results.ts'
import { type ResultsParts, takeResults as take } from '../../../src/three-ds-server/results.ts'
import type { Transaction } from '../../../src/transaction/transaction.ts'
import { CHALLENGE_CARD, resultsRequest, SDK_TRANS_ID } from '../../setup/requests.ts'

const ids = {
  threeDSServerTransID: '3f6b1c52-7d0e-4a61-9b1f-2c9d5e7a8013',
  acsTransID: '5d9e0c11-46a8-4b7f-8e22-91f3a7c4d0b6',
  dsTransID: 'a6f10b3e-58d2-4971-8ac4-37e9d0f5b218'
}

const emvRules = emvResultRules(createJudge({ strict: false, firstErrorCode: '203', tolerates: toleratesInResults }), false)
const takeResults = (rReq: RReq, parts: ResultsParts) => take(sentResult(rReq, [], { duplicates: [], hasEscapes: false }), parts)

function transactionWith (transStatus: ARes['transStatus'] | undefined, messageVersion: '2.1.0' | '2.2.0' = '2.2.0'): Transaction {
  return {
    ...ids,
    aReq: { messageType: 'AReq', messageVersion, threeDSServerTransID: ids.threeDSServerTransID, deviceChannel: '02', messageCategory: '01', acctNumber: CHALLENGE_CARD },
    preferences: {},
    spelling: 'emv',
    ...(transStatus === undefined
      ? {}
      : { aRes: { messageType: 'ARes', messageVersion, ...ids, acsReferenceNumber: 'issuer1', acsOperatorID: 'MOCK_ACS', dsReferenceNumber: 'MOCK_DS', transStatus } }),
    createdAt: 0
  }
}

/** A store with one transaction, and what was told of results. */
async function keep (t: Test, transaction: Transaction, rules: ResultRules = emvRules) {
  const store = createMemoryStore({ ttlSeconds: 1800, maxTransactions: 10, maxBytes: 1_000_000, clock: createManualClock(0) })
  t.teardown(() => store.close())
  await store.insert(transaction)
  const finished: string[] = []
  const warned: string[] = []
  const log = { debug () {}, info () {}, warn (_details: object, message: string) { warned.push(message) } }
  return { parts: { store, clock: createManualClock(0), log, rules, onFinished (_transaction: Transaction, transStatus: string) { finished.push(transStatus) } }, finished, warned, store }
}

/** The Erro that a result is refused with. */
async function refused (taking: Promise<unknown>): Promise<object | undefined> {
  const error: unknown = await taking.then(() => undefined, (reason) => reason)
  if (!(error instanceof ProtocolError)) return undefined
  const { errorCode, errorDetail } = error.erro
  return { errorCode, errorDetail }
}

/** What the original takes and EMV refuses by the transaction. */
const ODD: readonly RReq[] = [
  { transStatus: 'N' }, { transStatus: 'N', authenticationValue: undefined }, { messageVersion: '2.1.0' }, { messageVersion: '9.9.99' }, { messageCategory: '02' },
  { challengeCancel: '01' }, { sdkTransID: SDK_TRANS_ID }, { transStatus: 'N', transStatusReason: '14' }
].map((more) => resultsRequest(ids, more))

t.test('COMPATIBILITY=legacy takes what the original took, on a challenge and without one, and final tells it (compatibility §1.3, B17)', async (t) => {
  for (const transStatus of ['C', 'Y', 'N'] as const) {
    for (const rReq of [...ODD, resultsRequest(ids, { eci: '', interactionCounter: 'x' })]) {
      const { parts, store, finished } = await keep(t, transactionWith(transStatus), originalResultRules)
      const taken = await takeResults(rReq, parts)
      t.strictSame(JSON.stringify(taken.rReq), JSON.stringify(rReq))
      t.strictSame(finished, [rReq.transStatus])
      t.match(finalResult(await store.get(ids.threeDSServerTransID), 0), { transStatus: rReq.transStatus, resultsRequest: { eci: rReq.eci } })
    }
  }
})

t.test('COMPATIBILITY=legacy still refuses ids of another transaction and a second, different result', async (t) => {
  const { parts, finished, warned } = await keep(t, transactionWith('C'), originalResultRules)
  t.strictSame(await refused(takeResults(resultsRequest({ ...ids, acsTransID: ids.dsTransID }), parts)), { errorCode: '301', errorDetail: 'acsTransID' })
  await takeResults(resultsRequest(ids), parts)
  await takeResults(resultsRequest(ids), parts)
  t.strictSame(await refused(takeResults(resultsRequest(ids, { eci: '06' }), parts)), { errorCode: '305', errorDetail: 'Another results request was received before' })
  t.strictSame(finished, ['Y'])
  t.strictSame(warned, ['a second, different result was refused'])
})

t.test('COMPATIBILITY=legacy judges ids, version and status, and takes any text elsewhere', async (t) => {
  const check = createChecker(ResultsRequestSchema)
  const texts = ['messageCategory', 'eci', 'authenticationType', 'interactionCounter', 'transStatusReason', 'challengeCancel', 'authenticationValue', 'authenticationMethod', 'acsRenderingType', 'whiteListStatus']
  for (const text of ['', 'any text']) {
    const rReq = resultsRequest(ids, Object.fromEntries(texts.map((name) => [name, text])))
    t.strictSame(check(rReq), [])
    t.strictSame(readResultsRequest(rReq, check(rReq)).rReq, rReq)
  }
  const wrong = { messageVersion: '2', threeDSServerTransID: 'x', acsTransID: 'x', dsTransID: 'x', transStatus: 'C', sdkTransID: 'x', eci: 5 }
  t.strictSame(check(resultsRequest({}, wrong)).map(({ element }) => element).sort(), Object.keys(wrong).sort())
})

t.test('a result taken by EMV\'s rules is told of once, one that is only acknowledged is not', async (t) => {
  const challenged = await keep(t, transactionWith('C'))
  for (const rReq of ODD.filter(({ challengeCancel }) => challengeCancel === undefined)) await t.rejects(takeResults(rReq, challenged.parts), { code: 'protocol_error' })
  await takeResults(resultsRequest(ids), challenged.parts)
  await takeResults(resultsRequest(ids), challenged.parts)
  t.strictSame(challenged.finished, ['Y'])

  const frictionless = await keep(t, transactionWith('Y'))
  t.strictSame(await takeResults(resultsRequest(ids), frictionless.parts), transactionWith('Y'))
  t.strictSame(await refused(takeResults(resultsRequest(ids, { transStatus: 'A' }), frictionless.parts)), { errorCode: '305', errorDetail: 'The ARes announced no results request' })
  t.strictSame(await frictionless.store.get(ids.threeDSServerTransID), transactionWith('Y'))
  t.strictSame(frictionless.finished, [])
})

t.test('a record of another server has no ARes: it may have been challenged, in any version', async (t) => {
  const { parts, finished } = await keep(t, transactionWith(undefined, '2.1.0'))
  t.strictSame((await takeResults(resultsRequest(ids), parts)).rReq, resultsRequest(ids))
  t.strictSame(finished, ['Y'])
})
