import type { ThreeDSServerLink } from '../src/directory-server/take-rreq.ts'
import type { ResultDelivery } from '../src/exchange/deliver-result.ts'
import type { JsonObject } from '../src/protocol/messages.ts'
import { canonicalIds } from '../src/protocol/uuid.ts'
import { buildRRes } from '../src/three-ds-server/build-rres.ts'
import { judgedByDs } from '../src/three-ds-server/judge-results.ts'
import { type ResultsParts, takeResults } from '../src/three-ds-server/results.ts'
import { spoken } from './parties.ts'

/** The 3DS Server of this process takes a result, and hands it to whoever asked for it. */
export function threeDSServerHere (results: ResultsParts, delivery: ResultDelivery): Omit<ThreeDSServerLink, 'place'> {
  // The DS has judged it, and our own ACS, which reports until it is heard, has counted its own.
  const ours: ResultsParts = { ...results, rules: judgedByDs(results.rules, false), onFinished: () => {} }
  const theirs: ResultsParts = { ...results, rules: judgedByDs(results.rules, results.rules.refusesRepeats) }
  return {
    async results (message, { parties }) {
      const rReq = { ...message, ...canonicalIds(message, ['threeDSServerTransID', 'acsTransID', 'dsTransID']) }
      const taken = await takeResults({ rReq, read: spoken(rReq), wrong: [] }, parties?.acs === 'elsewhere' ? theirs : ours)
      return buildRRes(await delivery.deliver(taken)) as unknown as JsonObject
    },
    complain () {}
  }
}
