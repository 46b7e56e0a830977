import fp from 'fastify-plugin'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type {} from '@fastify/swagger'
import { once } from '../src/once.ts'
import type { DescribedRoute, DescribedServer } from './openapi-pages.ts'

/**
 * `/openapi.json` and `/docs`, made from the schemas of all routes registered after this. Neither the generator nor the
 * pages are loaded before somebody asks: routes are only noted, and the first request opens a second, inner instance
 * which knows them and answers.
 */
export const openApi = fp(async function openApi (app: FastifyInstance, { enabled, ...about }: DescribedServer & { enabled: boolean }) {
  if (!enabled) return
  const routes: DescribedRoute[] = []
  let opening: Promise<FastifyInstance> | undefined
  const openOnce = once(() => (opening = import('./openapi-pages.ts').then(({ openPages }) => openPages(routes, app.getSchemas(), about))))

  app.addHook('onRoute', function noteRoute ({ method, url, schema }) {
    if (method !== 'HEAD' && schema !== undefined && schema.hide !== true) routes.push({ method, url, schema })
  })

  async function handOver (request: FastifyRequest, reply: FastifyReply): Promise<void> {
    const inner = await openOnce()
    reply.hijack()
    for (const [name, value] of Object.entries(reply.getHeaders())) reply.raw.setHeader(name, value as string)
    inner.routing(request.raw, reply.raw)
  }

  for (const url of ['/openapi.json', '/docs', '/docs/*']) {
    app.get(url, { schema: { hide: true } }, handOver)
  }
  app.addHook('onClose', async function closePages () {
    // What could not be opened was reported to whoever asked, and is not there to be closed.
    await opening?.then((pages) => pages.close(), () => {})
  })
}, { name: 'openapi', fastify: '5.x' })
