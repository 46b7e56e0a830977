import fp from 'fastify-plugin'
import type { FastifyInstance, FastifyReply, FastifyRequest, FastifySchema, RouteOptions } from 'fastify'
import type {} from '@fastify/swagger'
import type { Compatibility } from './error-answer.ts'

export interface OpenApiOptions {
  enabled: boolean
  /** The package's version. */
  version: string
  compatibility: Compatibility
}

/** What is told about a route. */
export type DescribedRoute = Pick<RouteOptions, 'method' | 'url'> & { schema: FastifySchema }

/**
 * `/openapi.json` and `/docs`, made from the schemas of all routes registered after this. Neither the generator nor the
 * pages are loaded before somebody asks: routes are only noted, and the first request opens a second, inner instance
 * which knows them and answers.
 */
export const openApi = fp(async function openApi (app: FastifyInstance, { enabled, version, compatibility }: OpenApiOptions) {
  if (!enabled) return
  const routes: DescribedRoute[] = []
  let pages: Promise<FastifyInstance> | undefined

  app.addHook('onRoute', function noteRoute ({ method, url, schema }) {
    if (method !== 'HEAD' && schema !== undefined && schema.hide !== true) routes.push({ method, url, schema })
  })

  async function handOver (request: FastifyRequest, reply: FastifyReply): Promise<void> {
    pages ??= import('./openapi-pages.ts').then(({ openPages }) => openPages(routes, app.getSchemas(), { version, compatibility }))
    const inner = await pages
    reply.hijack()
    for (const [name, value] of Object.entries(reply.getHeaders())) reply.raw.setHeader(name, value as string)
    inner.routing(request.raw, reply.raw)
  }

  for (const url of ['/openapi.json', '/docs', '/docs/*']) {
    app.get(url, { schema: { hide: true } }, handOver)
  }
  app.addHook('onClose', async function closePages () {
    await (await pages)?.close()
  })
}, { name: 'openapi', fastify: '5.x' })
