import { fastify } from 'fastify'
import t from 'tap'
import { imageRoutes } from '../../../routes/acs/images.ts'
import { imageOf, imagePath, IMAGES } from '../../../src/acs/ui/images.ts'

t.test('the images that native screens name, for a day; no others', async (t) => {
  const app = fastify()
  t.teardown(() => app.close())
  await app.register(imageRoutes, { prefix: '/acs' })
  for (const { name, size } of IMAGES) {
    const { statusCode, headers, rawPayload } = await app.inject(`/acs/${imagePath(name, size)}`)
    t.strictSame([statusCode, headers['content-type'], headers['cache-control']], [200, 'image/png', 'public, max-age=86400'])
    t.ok(rawPayload.equals(imageOf(name, size).body), `${name} ${size}`)
  }
  t.equal((await app.inject({ method: 'HEAD', url: '/acs/images/issuer-dark.png' })).statusCode, 200)
  for (const file of ['issuer.png', 'issuer-huge.png', 'constructor', '..%2Fissuer-dark.png', 'payment-system-dark.svg']) {
    t.equal((await app.inject(`/acs/images/${file}`)).statusCode, 404, file)
  }
})
