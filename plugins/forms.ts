import formbody from '@fastify/formbody'
import fp from 'fastify-plugin'
import type { FastifyInstance } from 'fastify'
import { MockError } from '../src/errors.ts'

/** Fields of a form as sent. A field sent twice is a list, so that whoever expects a text can refuse it. */
export type FormFields = Record<string, string | string[]>

/**
 * Reads `application/x-www-form-urlencoded` bodies; for the scope of the routes that take forms. How long a body may be is
 * the routes' affair (`bodyLimit`).
 */
export const forms = fp(async function forms (app: FastifyInstance) {
  await app.register(formbody, { parser: parseForm })
}, { name: 'forms', fastify: '5.x' })

/**
 * The fields of a URL-encoded form, in an object without prototype, so that no name is special.
 * @throws MockError `invalid_request` when the text is not percent-encoded UTF-8
 */
export function parseForm (text: string): FormFields {
  const fields: FormFields = Object.create(null)
  for (const pair of text.split('&')) {
    if (pair === '') continue
    const middle = pair.indexOf('=')
    const name = decode(middle === -1 ? pair : pair.slice(0, middle))
    const value = middle === -1 ? '' : decode(pair.slice(middle + 1))
    addField(fields, name, value)
  }
  return fields
}

function addField (fields: FormFields, name: string, value: string): void {
  const before = fields[name]
  if (before === undefined) fields[name] = value
  else if (Array.isArray(before)) before.push(value)
  else fields[name] = [before, value]
}

function decode (text: string): string {
  try {
    return decodeURIComponent(text.replaceAll('+', ' '))
  } catch {
    throw new MockError('invalid_request', 'The form is not URL-encoded UTF-8')
  }
}
