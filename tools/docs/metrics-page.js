// docs/metrics.md: what GET /metrics tells.
import { blocks, code, generatedBy, table } from './markdown.js'

/** @typedef {import('../../src/metrics/catalogue.ts').MetricDescription} MetricDescription */

/** @param {readonly MetricDescription[]} metrics in the order in which they are told */
export function metricsPage (metrics) {
  const rows = metrics.map(({ name, type, help, labels }) =>
    [code(name), type, `${help}.`, Object.entries(labels).map(([label, values]) => `${code(label)}: ${values}`).join('<br>')])
  return `${blocks([
    generatedBy('tools/docs/metrics-page.js and src/metrics/catalogue.ts'),
    '# Metrics',
    `\`GET /metrics\` is Prometheus text, unless \`METRICS=false\`. Besides these there are the process's own figures, \`process_…\` and \`nodejs_…\`.
Each instance counts for itself. No label has an id, an address or anything of a card in it: whatever is posted, its values are few.`,
    table(['Metric', 'Type', 'What it tells', 'Labels'], rows),
    `Worth an alert: \`threeds_redis_connected\` 0; \`threeds_jobs_waiting{when="due"}\` that grows, as timers and reports are not run;
\`threeds_result_reports_total{outcome="unreachable"}\`, a Directory Server that does not hear of results; status 5xx in
\`api_http_requests_total\`.`
  ])}\n`
}
