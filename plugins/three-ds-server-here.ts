import type { ThreeDSServerLink } from '../src/directory-server/take-rreq.ts'
import type { ResultDelivery } from '../src/exchange/deliver-result.ts'
import type { JsonObject } from '../src/protocol/messages.ts'
import { buildRRes } from '../src/three-ds-server/build-rres.ts'
import { judgedByDs } from '../src/three-ds-server/judge-results.ts'
import { type ResultsParts, takeResults } from '../src/three-ds-server/results.ts'
import { spoken } from './parties.ts'

/** The 3DS Server of this process takes a result, and hands it to whoever asked for it. */
export function threeDSServerHere (results: ResultsParts, delivery: ResultDelivery): Omit<ThreeDSServerLink, 'place'> {
  // The ACS has counted it, and the DS judged it.
  const uncounted = { ...results, onFinished: () => {} }
  const rules = { ours: judgedByDs(results.rules, false), theirs: judgedByDs(results.rules, results.rules.refusesRepeats) }
  return {
    async results (rReq, { parties }) {
      // Our own ACS reports until it is heard.
      const isTheirs = parties?.acs === 'elsewhere'
      const taken = await takeResults({ rReq, read: spoken(rReq), wrong: [] }, { ...uncounted, rules: isTheirs ? rules.theirs : rules.ours })
      return buildRRes(await delivery.deliver(taken)) as unknown as JsonObject
    },
    complain () {}
  }
}
