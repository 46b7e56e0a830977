import type { FastifyReply } from 'fastify'
import type { Page } from '../../src/acs/pages/page.ts'

/** Sends a page with the policy it brings along; pages hold what is good once and are never kept by a cache. */
export function sendPage (reply: FastifyReply, { html, contentSecurityPolicy }: Page): FastifyReply {
  return reply
    .type('text/html; charset=utf-8')
    .header('content-security-policy', contentSecurityPolicy)
    .header('cache-control', 'no-store')
    .send(html)
}
