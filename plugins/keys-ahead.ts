import type { FastifyInstance } from 'fastify'
import type { CertificateSource } from '../src/crypto/certificates.ts'

/** How long after the start the ACS's key is made: late enough not to hold up the first answers. */
const WARM_UP_MS = 300

/** The first app challenge shall not wait for an RSA key. Whoever needs it earlier, or never listens, has it made on demand. */
export function makeKeysAhead (app: FastifyInstance, certificates: CertificateSource): void {
  let timer: NodeJS.Timeout | undefined
  app.addHook('onListen', async function scheduleKeys () {
    timer = setTimeout(() => { certificates.signingMaterial().catch((err: unknown) => { app.log.error({ err }, 'no key to sign with') }) }, WARM_UP_MS)
    timer.unref()
  })
  app.addHook('onClose', async function forgetKeys () { clearTimeout(timer) })
}
