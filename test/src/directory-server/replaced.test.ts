import { randomUUID } from 'node:crypto'
import t from 'tap'
import { takeAReq } from '../../../src/acs/take-areq.ts'
import { takeRReq } from '../../../src/directory-server/take-rreq.ts'
import { MockError } from '../../../src/errors.ts'
import { usedBefore } from '../../../src/store/used-before.ts'
import { build, post } from '../../setup/app.ts'
import { aReq, rReq, rRes } from '../../setup/parties/messages.ts'

const CHALLENGE_CARD = '4000400040004001'

t.test('the answer to a results request is not kept with another authentication that took the id meanwhile', async (t) => {
  const app = await build(t)
  const areq = aReq({}, { acctNumber: CHALLENGE_CARD })
  const { body: ares } = await post(app, '/ds', areq)
  const store = app.stateStore
  const { dsTransID } = ares
  const sent = rReq({ ...areq, dsTransID }, ares, { transStatus: 'N', transStatusReason: '01', dsTransID })
  const answer = rRes(sent)
  const taken = await takeRReq({ read: { message: sent, duplicates: [], hasEscapes: false } }, {
    ...app.roles.rReqs,
    threeDSServerOf: () => ({
      place: 'elsewhere',
      async results () {
        await post(app, '/ds', areq)
        return answer
      },
      complain () {}
    })
  })
  t.strictSame(taken, answer)
  t.equal((await store.get(areq.threeDSServerTransID)).relayed, undefined)
})

t.test('what the mock itself runs into while a result is relayed is no Erro of anybody', async (t) => {
  const app = await build(t)
  const areq = aReq({}, { acctNumber: CHALLENGE_CARD })
  const { body: ares } = await post(app, '/ds', areq)
  const sent = rReq({ ...areq, dsTransID: ares.dsTransID }, ares)
  const failing = new MockError('store_timeout', 'The store does not answer')
  const threeDSServerOf = () => ({ place: 'here' as const, results: async () => { throw failing }, complain () {} })
  await t.rejects(takeRReq({ read: { message: sent, duplicates: [], hasEscapes: false } }, { ...app.roles.rReqs, threeDSServerOf }), failing)
})

t.test('an SPC that its timer has ended meanwhile stays ended, and its assertion comes too late: a challenge (emv3ds-protocol §5.9)', async (t) => {
  const app = await build(t)
  const { acs } = app.roles
  const { body: s } = await post(app, '/ds', aReq({ version: '2.3.1' }, { acctNumber: '4000400040004012', threeDSRequestorSpcSupport: 'Y', payeeOrigin: 'https://shop.example.test' }))
  const before = await app.stateStore.findByAcsTransId(s.acsTransID)
  const ended = await app.stateStore.update(before.threeDSServerTransID, (kept) => ({ ...kept, challenge: { interactionCounter: 0, sdkCounter: 0, state: 'ended' } }))
  const second = aReq({ version: '2.3.1' }, {
    acctNumber: '4000400040004012',
    threeDSRequestorPriorAuthenticationInfo: [{ threeDSReqPriorRef: s.acsTransID }],
    threeDSRequestorAuthenticationInfo: [{ threeDSReqAuthMethod: '09', threeDSReqAuthData: 'assertion' }]
  })
  const addresses = { acsURL: 'https://acs.test/challenge', acsAppURL: 'https://acs.test/app' }
  const { aRes } = await takeAReq(second, { dsTransID: randomUUID(), dsReferenceNumber: 'DS' }, addresses, { ...acs, store: { ...acs.store, findByAcsTransId: async () => before } })
  t.equal(aRes.transStatus, 'C')
  t.strictSame(await app.stateStore.findByAcsTransId(s.acsTransID), ended)
})

t.test('whether an id was used before only a store that is there can tell', async (t) => {
  const failing = new MockError('store_timeout', 'The store does not answer')
  await t.rejects(usedBefore(randomUUID(), { get: async () => { throw failing } }), failing)
})
