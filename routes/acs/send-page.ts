import type { FastifyReply, FastifyRequest } from 'fastify'
import type { Page } from '../../src/acs/pages/page.ts'

/**
 * Sends a page with the policy it brings along. Nobody but the browser may keep it, and it only for its back button: with
 * `no-store` that leads to an error page, as the pages are answers to POST.
 */
export function sendPage (reply: FastifyReply, { html, contentSecurityPolicy }: Page): FastifyReply {
  return reply
    .type('text/html; charset=utf-8')
    .header('content-security-policy', contentSecurityPolicy)
    .header('cache-control', 'private, no-cache')
    .send(html)
}

/** @returns whether the browser says that it asks for a frame; browsers that say nothing are taken for a whole window. */
export function isFramed ({ headers }: Pick<FastifyRequest, 'headers'>): boolean {
  const destination = headers['sec-fetch-dest']
  return destination !== undefined && destination !== 'document'
}
