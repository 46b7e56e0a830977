import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import swagger from '@fastify/swagger'
import swaggerUi from '@fastify/swagger-ui'
import Fastify, { type FastifyError, type FastifyInstance, type FastifyReply, type FastifySchema, type RouteOptions } from 'fastify'
import type { Compatibility } from '../src/config.ts'
import { NAME } from '../src/config/name.ts'
import { answerStatus } from './error-answer.ts'
import { describeMessages, type OpenApiDocument } from './openapi-messages.ts'

/** What is described of the server. */
export interface DescribedServer {
  /** The package's version. */
  version: string
  compatibility: Compatibility
}

/** What is described of a route. */
export type DescribedRoute = Pick<RouteOptions, 'method' | 'url'> & { schema: FastifySchema }

// The pages' styles are partly inline; nothing else is, and nothing comes from elsewhere.
const policy = {
  'default-src': "'none'",
  'script-src': "'self'",
  'style-src': "'self' 'unsafe-inline'",
  'img-src': "'self' data:",
  'font-src': "'self' data:",
  'connect-src': "'self'",
  'base-uri': "'none'",
  'form-action': "'none'",
  'frame-ancestors': "'none'"
}

/**
 * Opens an instance that answers `/openapi.json` and everything under `/docs`. It is handed requests and listens nowhere.
 * @param routes what to describe
 * @param schemas shared schemas that the routes refer to
 */
export async function openPages (routes: DescribedRoute[], schemas: Record<string, unknown>, { version, compatibility }: DescribedServer): Promise<FastifyInstance> {
  const pages = Fastify()
  // No described route is ever asked here.
  const sendDocument = () => pages.swagger()
  pages.setValidatorCompiler(() => Boolean)
  pages.setSerializerCompiler(() => JSON.stringify)
  const refuse = (status: 404 | 500, reply: FastifyReply) => reply.code(status).send(answerStatus(status, compatibility).body)
  pages.setNotFoundHandler((_request, reply) => refuse(404, reply))
  // A path that leads out of the folder is told the same as one that leads nowhere.
  pages.setErrorHandler(({ statusCode = 500 }: FastifyError, _request, reply) => refuse(statusCode < 500 ? 404 : 500, reply))
  for (const schema of Object.values(schemas)) pages.addSchema(schema)
  await pages.register(swagger, {
    openapi: describe(version),
    transformObject: (made) => describeMessages((made as { openapiObject: OpenApiDocument }).openapiObject)
  })
  for (const { method, url, schema } of routes) {
    pages.route({ method, url, schema, handler: sendDocument })
  }
  pages.get('/openapi.json', { schema: { hide: true } }, sendDocument)
  await pages.register(swaggerUi, {
    routePrefix: '/docs',
    staticCSP: policy,
    logo: { type: 'image/svg+xml', content: '' },
    theme: { title: NAME },
    uiConfig: { layout: 'BaseLayout', deepLinking: true, tryItOutEnabled: true },
    baseDir: findPages(import.meta.url)
  })
  await pages.ready()
  return pages
}

/**
 * Where the files of the pages are: a bundle carries them in `swagger-ui` beside its files or one folder up; without that
 * they are in their package.
 * @param from URL of the file that asks
 */
export function findPages (from: string): string {
  const carried = ['./swagger-ui/', '../swagger-ui/'].map((path) => fileURLToPath(new URL(path, from))).find((path) => existsSync(path))
  return carried ?? fileURLToPath(new URL('./static/', import.meta.resolve('@fastify/swagger-ui')))
}

function describe (version: string) {
  return {
    openapi: '3.1.0',
    info: {
      title: NAME,
      description: 'A mock of EMV 3-D Secure for tests: 3DS Server API, Directory Server and ACS. No real card, no real bank.',
      version,
      license: { name: 'MIT', identifier: 'MIT' }
    },
    tags: [
      { name: '3DS Server API', description: 'What a 3DS Requestor calls' },
      { name: 'Directory Server', description: 'What a Directory Server publishes' },
      { name: 'ACS', description: 'What a browser or an app calls during a challenge' },
      { name: 'Original server\'s paths', description: 'The same in a browser, as the mock has it that this one replaces' },
      { name: 'Mock', description: 'What a test tells the mock to do' },
      { name: 'Operation', description: 'Health and metrics' }
    ]
  }
}
