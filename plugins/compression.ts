import fp from 'fastify-plugin'
import type { FastifyInstance } from 'fastify'

export interface CompressionOptions { enabled: boolean }

// Text that is worth it. Encrypted messages (application/jose) are not: they do not shrink, and their length must not tell.
const compressible = /^(?:text\/(?!event-stream)|application\/(?:[\w.-]+\+)?json\b|image\/svg\+xml)/

/** Compresses answers for clients that accept it. Requests are never unpacked, so none can burst. */
export const compression = fp(async function compression (app: FastifyInstance, { enabled }: CompressionOptions) {
  if (!enabled) return
  const { default: compress } = await import('@fastify/compress')
  await app.register(compress, { globalDecompression: false, customTypes: compressible })
}, { name: 'compression', fastify: '5.x' })
