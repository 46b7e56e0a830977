import { createServer, type IncomingMessage, type OutgoingHttpHeaders, request, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Test } from 'tap'
import { type Circumstances, evaluate, type Fault, type Leg, type MessageType } from './evaluate.ts'

/** A fault of a message that a party received, with the type of that message. */
export interface PartyFault extends Fault { messageType: string }

/** One request as it arrived. */
export interface Arrival {
  method: string
  /** With its query. */
  path: string
  headers: IncomingMessage['headers']
  raw: string
  /** The JSON of the body; the names and texts of a form; otherwise undefined. */
  message: any
}

/** What to answer: JSON, a text as it is, nothing until `release()`, or a socket that closes. */
export type Answer =
  | { json: unknown, status?: number, headers?: OutgoingHttpHeaders }
  | { text: string, status?: number, headers?: OutgoingHttpHeaders }
  | { bytes: Buffer, status?: number, headers?: OutgoingHttpHeaders }
  | 'silence'
  | 'hang up'
export type Behaviour = (arrival: Arrival) => Answer | Promise<Answer>

/** What a party was answered. */
export interface Reply {
  status: number
  headers: IncomingMessage['headers']
  raw: string
  /** The JSON of the body, or undefined. */
  message: any
}

const IDS = ['threeDSServerTransID', 'dsTransID', 'acsTransID', 'sdkTransID']

/** Fails wherever it is sent: there is no status and no body. */
export const serverError: Behaviour = () => ({ text: 'out of order', status: 500, headers: { 'content-type': 'text/plain' } })
export const notJson: Behaviour = () => ({ text: '{"messageType":', headers: { 'content-type': 'application/json; charset=UTF-8' } })
export const silence: Behaviour = () => 'silence'
export const hangUp: Behaviour = () => 'hang up'
export const emptyAnswer: Behaviour = () => ({ text: '' })

/**
 * One of the other companies of EMV 3DS: a real HTTP server on a free port of the loopback interface, which keeps what
 * arrives, judges it at once by the element catalogue and answers as it was told.
 */
export class Party {
  /** Without a slash at the end. */
  url = ''
  readonly arrivals: Arrival[] = []
  /** Faults of all that was received, also in answers. */
  readonly faults: PartyFault[] = []
  /** How to answer, by `messageType`; `''` is for everything else. */
  readonly answers: Record<string, Behaviour>
  /** Which leg a message of a type comes over. */
  readonly legs: Partial<Record<string, Leg>>
  /** By `threeDSServerTransID` in lower case. */
  private readonly earlier = new Map<string, { areq?: any, ares?: any, cres?: any }>()
  private readonly waiting: { messageType: string, nth: number, resolve: (arrival: Arrival) => void, reject: (error: Error) => void }[] = []
  private readonly held = new Set<ServerResponse>()
  private readonly server = createServer((incoming, response) => this.take(incoming, response))
  private closing: Promise<void> | undefined

  constructor (answers: Record<string, Behaviour>, legs: Partial<Record<string, Leg>> = {}) {
    this.answers = { Erro: emptyAnswer, ...answers }
    this.legs = legs
  }

  /** Listens until the test ends. */
  async listen (t: Test): Promise<this> {
    await new Promise<void>((resolve) => { this.server.listen(0, '127.0.0.1', resolve) })
    this.url = `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`
    t.teardown(() => this.close())
    return this
  }

  /** Closes every connection and the port. Who still waits for a message is told. */
  close (): Promise<void> {
    this.closing ??= new Promise((resolve) => {
      for (const { messageType, nth, reject } of this.waiting.splice(0)) reject(new Error(`${messageType} number ${nth} never came`))
      this.server.close(() => resolve())
      this.server.closeAllConnections()
    })
    return this.closing
  }

  /**
   * The nth request with a message of a type, which may have come already.
   * @param messageType or `''`: what has none, as a form
   */
  received (messageType: MessageType | '', nth = 1): Promise<Arrival> {
    const arrival = this.of(messageType)[nth - 1]
    if (arrival !== undefined) return Promise.resolve(arrival)
    return new Promise((resolve, reject) => { this.waiting.push({ messageType, nth, resolve, reject }) })
  }

  /** All requests so far with a message of a type. */
  of (messageType: MessageType | ''): Arrival[] {
    return this.arrivals.filter(({ message }) => typeOf(message) === messageType)
  }

  /** Answers with an empty 200 whoever got silence. */
  release (): void {
    for (const response of this.held) response.end()
    this.held.clear()
  }

  /** Posts a message, judges what comes back, its ids letter for letter (§1), and remembers both as earlier messages of the transaction. */
  async post (url: string, message: any, headers: OutgoingHttpHeaders = {}): Promise<Reply> {
    this.remember(message)
    const reply = await postJson(url, message, headers)
    if (reply.message !== undefined) this.judge(reply.message)
    for (const name of IDS) {
      const [sent, answered] = [message?.[name], reply.message?.[name]]
      if (sent === undefined || answered === undefined || sent === answered) continue
      this.faults.push({ code: '301', element: name, messageType: String(reply.message.messageType) })
    }
    return reply
  }

  /** Judges a message as if it had been received. */
  judge (message: any, circumstances: Circumstances = {}): void {
    const id = String(message?.threeDSServerTransID).toLowerCase()
    const { areq, ares, cres } = this.earlier.get(id) ?? {}
    const leg = this.legs[message?.messageType]
    const faults = evaluate(message, {
      ...(areq === undefined ? {} : { version: areq.messageVersion }),
      ...(leg === undefined ? {} : { leg }),
      earlier: { areq, ares, cres },
      ...circumstances
    })
    this.faults.push(...faults.map((fault) => ({ ...fault, messageType: String(message?.messageType) })))
    this.remember(message)
  }

  /** Keeps an AReq, ARes or CRes for what later messages of the transaction are judged by. */
  remember (message: any): void {
    const kind = message?.messageType?.toLowerCase()
    if (kind !== 'areq' && kind !== 'ares' && kind !== 'cres') return
    const id = String(message.threeDSServerTransID).toLowerCase()
    this.earlier.set(id, { ...this.earlier.get(id), [kind]: message })
  }

  /** The AReq and ARes of a transaction, as far as they were seen. */
  transaction (threeDSServerTransID: string): { areq?: any, ares?: any } {
    return this.earlier.get(threeDSServerTransID.toLowerCase()) ?? {}
  }

  private take (incoming: IncomingMessage, response: ServerResponse): void {
    const parts: Buffer[] = []
    incoming.on('data', (part: Buffer) => { parts.push(part) }).on('end', () => {
      const raw = Buffer.concat(parts).toString('utf8')
      const { method = '', url: path = '', headers } = incoming
      const isForm = headers['content-type']?.startsWith('application/x-www-form-urlencoded') === true
      const arrival = { method, path, headers, raw, message: isForm ? Object.fromEntries(new URLSearchParams(raw)) : parsed(raw) }
      this.arrive(arrival, response).catch((error: Error) => response.destroy(error))
    })
  }

  private async arrive (arrival: Arrival, response: ServerResponse): Promise<void> {
    const { message } = arrival
    const type = typeOf(message)
    this.arrivals.push(arrival)
    if (type !== '') this.judge(message)
    const answer = await (this.answers[type] ?? this.answers[''] ?? unexpected)(arrival)
    this.tell(type, arrival)
    if (answer === 'silence') {
      this.held.add(response)
    } else if (answer === 'hang up') {
      response.socket?.destroy()
    } else {
      const body = 'json' in answer ? JSON.stringify(answer.json) : 'text' in answer ? answer.text : answer.bytes
      if ('json' in answer) this.remember(answer.json)
      response.writeHead(answer.status ?? 200, { 'content-type': 'application/json; charset=UTF-8', ...answer.headers })
      response.end(body)
    }
  }

  private tell (type: string, arrival: Arrival): void {
    const nth = this.of(type as MessageType).indexOf(arrival) + 1
    for (const one of this.waiting.filter((waiter) => waiter.messageType === type && waiter.nth === nth)) {
      this.waiting.splice(this.waiting.indexOf(one), 1)
      one.resolve(arrival)
    }
  }
}

const unexpected: Behaviour = ({ raw }) => ({ text: `a party of the test does not take this: ${raw.slice(0, 80)}`, status: 400 })

function typeOf (message: any): string {
  return typeof message?.messageType === 'string' ? message.messageType : ''
}

function parsed (text: string): any {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

/**
 * Posts over a connection of its own, so that nothing stays open.
 * @param body text as it is, anything else as JSON
 * @throws when there is no whole answer
 */
export function postJson (url: string, body: unknown, headers: OutgoingHttpHeaders = {}): Promise<Reply> {
  return send('POST', url, typeof body === 'string' ? body : JSON.stringify(body), { 'content-type': 'application/json; charset=UTF-8', ...headers })
}

/** One request over a connection of its own. No redirect is followed. */
export function send (method: string, url: string, body = '', headers: OutgoingHttpHeaders = {}): Promise<Reply> {
  return new Promise((resolve, reject) => {
    const outgoing = request(url, { method, agent: false, headers: { 'content-length': Buffer.byteLength(body), ...headers } }, (response) => {
      const parts: Buffer[] = []
      response.on('data', (part: Buffer) => { parts.push(part) }).on('error', reject).on('end', () => {
        const raw = Buffer.concat(parts).toString('utf8')
        resolve({ status: response.statusCode ?? 0, headers: response.headers, raw, message: parsed(raw) })
      })
    })
    outgoing.on('error', reject).end(body)
  })
}
