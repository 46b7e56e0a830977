import { Type, type Static } from 'typebox'

const Kind = Type.Union([Type.Literal('memory'), Type.Literal('redis')])

export const StatusSchema = Type.Object({ status: Type.String() })

export const HealthSchema = Type.Object({
  status: Type.Literal('healthy'),
  timestamp: Type.String({ description: 'RFC 3339, UTC, with +00:00' }),
  service: Type.String(),
  store: Kind
})
export type Health = Static<typeof HealthSchema>

export const RedisSchema = Type.Object({
  status: Type.Union([Type.Literal('healthy'), Type.Literal('degraded'), Type.Literal('unavailable'), Type.Literal('not_used')], {
    description: '`degraded`: Redis answers, but not every operation works'
  }),
  connected: Type.Boolean({ description: 'Whether Redis answers a ping' }),
  store: Kind,
  url: Type.Optional(Type.String({ description: 'Credentials masked' })),
  latencyMs: Type.Optional(Type.Number()),
  operations: Type.Optional(Type.Object({
    ping: Type.Boolean(),
    set: Type.Boolean(),
    get: Type.Boolean(),
    delete: Type.Boolean()
  }, { description: 'Tried for this answer, on a key of their own' }))
})
export type RedisStatus = Static<typeof RedisSchema>

const Count = Type.Integer({ minimum: 0 })

export const DetailedSchema = Type.Object({
  status: Type.Union([Type.Literal('healthy'), Type.Literal('degraded')]),
  timestamp: Type.String(),
  service: Type.String(),
  version: Type.String(),
  environment: Type.String(),
  uptime: Type.Number({ description: 'Seconds' }),
  services: Type.Object({
    redis: RedisSchema,
    store: Type.Object({ status: Type.String(), kind: Kind, latencyMs: Type.Number() }),
    api: Type.Object({ status: Type.String() })
  }),
  memory: Type.Object({ rss: Count, heapTotal: Count, heapUsed: Count, external: Count }, { description: 'Bytes' }),
  counts: Type.Object({
    transactionsKept: Type.Optional(Count),
    requests: Type.Optional(Count),
    transactions: Type.Optional(Count),
    challengeResults: Type.Optional(Count),
    storeErrors: Type.Optional(Count),
    storeEvictions: Type.Optional(Count),
    storeExpiries: Type.Optional(Count)
  }, { description: 'Without metrics only transactionsKept; that only in memory' })
})
export type Detailed = Static<typeof DetailedSchema>
