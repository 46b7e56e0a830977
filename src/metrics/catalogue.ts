/** What is said of a metric, in the Prometheus text and in the documents. */
export interface MetricDescription {
  name: string
  type: 'counter' | 'gauge' | 'histogram'
  /** One line. */
  help: string
  /** Values of each label, in words. All are bounded: no id, no card number, no address. */
  labels: Readonly<Record<string, string>>
}

const REQUEST_LABELS = { endpoint: 'route pattern, or `unmatched`', method: 'HTTP method', status: 'HTTP status' }
const SENT_LABELS = { message: '`messageType`', outcome: 'answered, timed-out, unreachable, refused (by `OUTBOUND_ALLOW`)' }
const OPERATIONS = 'insert, get, update, delete, findByAcsTransId'
const JOBS = 'challenge-timer, report, resume-report, decoupled-wait'
const ERRO_LABELS = { component: '`errorComponent`: C, S, D, A, or other', code: '`errorCode` that EMV has, or other' }

/** Every metric of the mock itself, in the order of the text. Names of the first three: compatibility §1.9. */
export const METRICS = {
  requests: { name: 'api_http_requests_total', type: 'counter', help: 'HTTP requests answered', labels: REQUEST_LABELS },
  requestDurations: { name: 'api_http_requests_duration_seconds', type: 'histogram', help: 'Time to answer an HTTP request', labels: REQUEST_LABELS },
  transactions: {
    name: 'threeds_transactions_total', type: 'counter', help: 'AReq answered with an ARes, once each, whichever door they came to', labels: { flow: 'app, browser, 3ri', status: '`transStatus` of the ARes' }
  },
  challengeResults: { name: 'threeds_challenge_results_total', type: 'counter', help: 'Challenges ended', labels: { channel: 'app, browser, 3ri', status: '`transStatus` of the result' } },
  received: {
    name: 'threeds_messages_received_total', type: 'counter', help: 'Messages that other servers posted', labels: { door: 'ds, acs', message: '`messageType`, or other' }
  },
  sent: { name: 'threeds_messages_sent_total', type: 'counter', help: 'Messages posted to other servers, each attempt', labels: SENT_LABELS },
  sentDurations: { name: 'threeds_messages_sent_duration_seconds', type: 'histogram', help: 'Time until another server answered a message, or did not', labels: SENT_LABELS },
  errosRaised: { name: 'threeds_erros_raised_total', type: 'counter', help: 'Messages of others refused, by what the Erro says', labels: ERRO_LABELS },
  errosReceived: { name: 'threeds_erros_received_total', type: 'counter', help: 'Erro that others posted', labels: ERRO_LABELS },
  reports: {
    name: 'threeds_result_reports_total',
    type: 'counter',
    help: 'RReq from the ACS to its Directory Server, each attempt',
    labels: { outcome: 'taken (an RRes), erro, faulty, timed-out, unreachable, refused (by `OUTBOUND_ALLOW`)', retry: 'true after an attempt that was kept' }
  },
  deliveries: {
    name: 'threeds_result_deliveries_total', type: 'counter', help: 'Results posted to resultsResponseNotificationUrl', labels: { outcome: 'delivered, failed, refused (by `OUTBOUND_ALLOW`)' }
  },
  methodSteps: { name: 'threeds_method_steps_total', type: 'counter', help: 'Steps of the 3DS Method', labels: { step: 'page (served), data (came in)' } },
  jobRuns: {
    name: 'threeds_job_runs_total', type: 'counter', help: 'Runs of timers and reports', labels: { kind: JOBS, outcome: 'done, again (put off), failed (runs again)' }
  },
  jobLateness: { name: 'threeds_job_lateness_seconds', type: 'histogram', help: 'How late timers and reports began', labels: { kind: JOBS } },
  jobsWaiting: {
    name: 'threeds_jobs_waiting', type: 'gauge', help: 'Timers and reports that have not begun, on Redis those of all instances', labels: { when: 'later, due (already)' }
  },
  storeOperations: {
    name: 'threeds_store_operation_duration_seconds', type: 'histogram', help: 'Time of a store operation', labels: { operation: OPERATIONS }
  },
  storeErrors: { name: 'threeds_store_errors_total', type: 'counter', help: 'Store operations that failed', labels: { operation: OPERATIONS, error: 'transaction_not_found, store_conflict, store_serialization, store_connection, store_timeout, other' } },
  evictions: { name: 'threeds_store_evictions_total', type: 'counter', help: 'Transactions dropped because the store was full', labels: {} },
  expiries: { name: 'threeds_store_expiries_total', type: 'counter', help: 'Transactions whose time was over', labels: {} },
  kept: { name: 'threeds_transactions_kept', type: 'gauge', help: 'Transactions kept, where the store can tell: in memory', labels: {} },
  redis: { name: 'threeds_redis_connected', type: 'gauge', help: 'Whether Redis answers, where it is used', labels: {} }
} as const satisfies Record<string, MetricDescription>
