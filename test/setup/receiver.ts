import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Test } from 'tap'

/** One request as it arrived. */
export interface Received {
  method: string
  path: string
  headers: IncomingMessage['headers']
  body: any
}

/** A party of the outside world, on a free port of the loopback interface. */
export interface Receiver {
  /** Without a slash at the end. */
  url: string
  received: Received[]
}

/**
 * Listens until the test ends and keeps what arrives.
 * @param answer what to answer; the default is an empty 200
 */
export async function startReceiver (t: Test, answer: (response: ServerResponse, received: Received) => unknown = (response) => response.end()): Promise<Receiver> {
  const received: Received[] = []
  const server = createServer((request, response) => {
    let text = ''
    request.setEncoding('utf8').on('data', (part: string) => { text += part }).on('end', () => {
      const { method = '', url: path = '', headers } = request
      const one = { method, path, headers, body: text === '' ? undefined : JSON.parse(text) }
      received.push(one)
      answer(response, one)
    })
  })
  await new Promise<void>((resolve) => { server.listen(0, '127.0.0.1', resolve) })
  t.teardown(() => {
    server.closeAllConnections()
    return new Promise((resolve) => { server.close(resolve) })
  })
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, received }
}
