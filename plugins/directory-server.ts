import type { FastifyInstance } from 'fastify'
import { createEmvProofs } from '../src/acs/emv-proofs.ts'
import type { Clock } from '../src/clock.ts'
import type { Config } from '../src/config.ts'
import type { CertificateSource } from '../src/crypto/certificates.ts'
import type { DsKeys } from '../src/crypto/ds-keys.ts'
import type { CardRangeHistory } from '../src/directory-server/card-ranges/card-range-history.ts'
import type { AcsLink, AReqParts } from '../src/directory-server/ds-parts.ts'
import type { IdSource } from '../src/ids.ts'
import { usedBefore } from '../src/store/used-before.ts'
import { everyCard, findIn } from './card-ranges.ts'
import { deviceDataOpener, judgeOf, notesFindings, sdkServerVerifier } from './parties.ts'

/** What the DS knows of cards, and of SDKs and their servers. */
interface DirectoryServerBasis {
  dsKeys: DsKeys
  certificates: CertificateSource
  ranges: CardRangeHistory
  /** Of which authentication values are made. */
  seed: string
}

/** What the DS takes to answer an AReq. */
export function directoryServerParts (
  app: FastifyInstance, { config, clock, ids }: { config: Config, clock: Clock, ids: IdSource }, acs: AcsLink, basis: DirectoryServerBasis
): AReqParts {
  const { dsKeys, certificates, ranges, seed } = basis
  const proofs = createEmvProofs(seed, config.eciOnFailure)
  return {
    ids,
    log: app.log,
    acs,
    judge: judgeOf(config),
    notesFindings: notesFindings(app),
    findRange: findIn(config, ranges) ?? everyCard,
    openDeviceData: deviceDataOpener(dsKeys),
    verifySdkServer: sdkServerVerifier(config, certificates, clock),
    ...(config.isStrict ? { usedBefore: (id: string) => usedBefore(id, app.stateStore) } : {}),
    clock,
    checksClockSkew: config.checksClockSkew,
    proof: proofs.forDs
  }
}
