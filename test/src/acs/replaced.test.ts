import { randomUUID } from 'node:crypto'
import t, { type Test } from 'tap'
import { answerAppCReq, type AppChallengeParts } from '../../../src/acs/app-challenge.ts'
import { type BrowserChallengeParts, openBrowserChallenge, takeBrowserEvent } from '../../../src/acs/browser-challenge.ts'
import { takeAppErro } from '../../../src/acs/take-app-erro.ts'
import { parseCreq } from '../../../src/dialects/browser-creq.ts'
import { MockError } from '../../../src/errors.ts'
import type { StateStore } from '../../../src/store/state-store.ts'
import type { Transaction } from '../../../src/transaction/transaction.ts'
import { build, post } from '../../setup/app.ts'
import { browserRequest } from '../../setup/requests.ts'
import { challengedSdk, injectInto } from '../../setup/sdk-client.ts'

const app = await build(t, { ACS_SIGNING_ALG: 'ES256' })
const notFound = { code: 'transaction_not_found' }

/** The ACS's parts on a store where another authentication takes the id between a transaction's being found and changed. */
function overtaken (): AppChallengeParts & BrowserChallengeParts & { replacement (): Transaction } {
  const { stateStore: store, roles: { challenge } } = app
  let replacement: Transaction | undefined
  const replace = async (found: Transaction) => {
    replacement = { ...found, acsTransID: randomUUID(), dsTransID: randomUUID() }
    await store.insert(replacement)
    return found
  }
  const overtakenStore: StateStore = {
    ...store,
    get: async (id) => replace(await store.get(id)),
    findByAcsTransId: async (id) => replace(await store.findByAcsTransId(id))
  }
  return { ...challenge, store: overtakenStore, replacement: () => replacement as Transaction }
}

async function checkUntouched (t: Test, { replacement }: ReturnType<typeof overtaken>): Promise<void> {
  t.strictSame(await app.stateStore.get(replacement().threeDSServerTransID), replacement(), 'the new transaction is as it was made')
}

async function startInBrowser () {
  const { body } = await post(app, '/3ds/authenticate', browserRequest(randomUUID()))
  return body.challengeRequest
}

t.test('what was meant for a transaction whose id another authentication took does not reach that one', async (t) => {
  await t.test('an entry in a browser', async (t) => {
    const creq = await startInBrowser()
    await openBrowserChallenge(parseCreq(JSON.stringify(creq)), undefined, app.roles.challenge)
    const { acsTransID } = creq
    const parts = overtaken()
    await t.rejects(takeBrowserEvent(acsTransID, { type: 'entry', value: '0000' }, parts), notFound)
    await checkUntouched(t, parts)
  })

  await t.test('session data', async (t) => {
    const parts = overtaken()
    await t.rejects(openBrowserChallenge(parseCreq(JSON.stringify(await startInBrowser())), 'session', parts), notFound)
    await checkUntouched(t, parts)
  })

  await t.test('an Erro of an SDK, which gets no answer', async (t) => {
    const { acsTransID } = await challengedSdk(injectInto(app))
    const parts = overtaken()
    t.equal(await takeAppErro({ message: { messageType: 'Erro', errorCode: '402', acsTransID }, duplicates: [], hasEscapes: false }, parts), undefined)
    await checkUntouched(t, parts)
  })

  await t.test('a CReq of an SDK: Erro 301', async (t) => {
    const sdk = await challengedSdk(injectInto(app))
    const parts = overtaken()
    await t.rejects(answerAppCReq(await sdk.seal(JSON.stringify(sdk.creq({ challengeDataEntry: '0000' }))), parts, 'https://acs.test'), {
      code: 'protocol_error',
      message: 'Transaction not found',
      erro: { errorCode: '301', errorComponent: 'A', errorDetail: 'acsTransID', errorMessageType: 'CReq', acsTransID: sdk.acsTransID }
    })
    await checkUntouched(t, parts)
  })
})

t.test('a store that is away is told as such, also for a JWE that cannot be read and a CReq of a browser', async (t) => {
  const away = new MockError('store_connection', 'The store is away')
  const parts = { ...app.roles.challenge, store: { ...app.stateStore, get: async () => { throw away }, findByAcsTransId: async () => { throw away } } }
  const header = Buffer.from(JSON.stringify({ alg: 'dir', enc: 'A256GCM', kid: randomUUID() })).toString('base64url')
  await t.rejects(answerAppCReq(`${header}..AA.AA.AA`, parts, 'https://acs.test'), { code: 'store_connection' })
  await t.rejects(openBrowserChallenge(parseCreq(JSON.stringify(await startInBrowser())), undefined, parts), { code: 'store_connection' })
})
