import { once } from 'node:events'
import { writeFileSync } from 'node:fs'
import { request, type RequestOptions } from 'node:https'
import { join } from 'node:path'
import type { Test } from 'tap'
import { createTlsCertificates, type TlsCertificates } from '../../src/crypto/tls-certificates.ts'

/** 2026-11-20T10:15:00Z. */
export const START = Date.UTC(2026, 10, 20, 10, 15)

/** Certificates of an authority of its own for each seed. @param now the day from which they are valid */
export function certificatesOf (seed: string, now = START): TlsCertificates {
  return createTlsCertificates({ seed, hosts: ['localhost', '127.0.0.1', '::1'], now })
}

/**
 * Writes texts into a folder of the test.
 * @returns the path of each
 */
export function writeFiles<Name extends string> (t: Test, contents: Record<Name, string>): Record<Name, string> {
  const folder = t.testdir({})
  return Object.fromEntries(Object.entries<string>(contents).map(([name, content]) => {
    const path = join(folder, `${name}.pem`)
    writeFileSync(path, content)
    return [name, path]
  })) as Record<Name, string>
}

/** Asks on a connection of its own. @returns status and text. */
export async function ask (url: string, { body, ...options }: RequestOptions & { body?: string } = {}): Promise<{ status: number, text: string }> {
  const asked = request(url, { agent: false, method: body === undefined ? 'GET' : 'POST', ...options }).end(body)
  const [response] = await once(asked, 'response')
  let text = ''
  for await (const part of response) text += part
  return { status: response.statusCode, text }
}
