// plugins/logger.ts
import { pino } from "pino";

// src/masking.ts
var MASK = "[masked]";
var DEEPEST = 8;
var cardNumber = /\d{13,}/;
var cardNumbers = /\d{13,}/g;
var urlCredentials = /:\/\/[^\s@/]+@/g;
var secretMembers = /* @__PURE__ */ new Set([
  "acctnumber",
  "cardnumber",
  "card_number",
  "pan",
  "cardsecuritycode",
  "cvv",
  "cvv2",
  "cvc",
  "cvc2",
  "cardexpirydate",
  "authenticationvalue",
  "challengedataentry",
  "challengehtmldataentry",
  "otp",
  "creq",
  "cres",
  "body",
  "payload",
  "authorization",
  "proxy-authorization",
  "cookie",
  "set-cookie",
  "password",
  "passphrase",
  "secret",
  "token",
  "apikey",
  "api_key",
  "x-api-key",
  "key",
  "privatekey",
  "private_key",
  "ephemeralkeys",
  "sharedsecret",
  "seed",
  "d",
  "k"
]);
function holdsCardNumber(text) {
  return cardNumber.test(text);
}
function maskText(text) {
  const masked = text.length < 13 ? text : text.replace(cardNumbers, MASK);
  return masked.includes("://") ? masked.replace(urlCredentials, `://${MASK}@`) : masked;
}
function withoutSecrets(value, depth = 0) {
  if (typeof value === "string") return maskText(value);
  if (typeof value === "number" || typeof value === "bigint") return holdsCardNumber(String(value)) ? MASK : value;
  if (typeof value !== "object" || value === null || value instanceof Date) return value;
  if (depth === DEEPEST || ArrayBuffer.isView(value) || value instanceof ArrayBuffer) return MASK;
  if (value instanceof Error) return describeError(value, false, depth);
  if (Array.isArray(value)) return value.map((item) => withoutSecrets(item, depth + 1));
  const shown = {};
  for (const [member, content] of Object.entries(value)) {
    shown[maskText(member)] = memberWithoutSecrets(member, content, depth + 1);
  }
  return shown;
}
function memberWithoutSecrets(member, content, depth = 1) {
  return secretMembers.has(member.toLowerCase()) ? MASK : withoutSecrets(content, depth);
}
function describeError(error, withStack, depth = 0) {
  const description = { type: error.name, message: describeMessage(error) };
  if ("code" in error && typeof error.code === "string") description.code = error.code;
  if (withStack) description.stack = calls(error);
  if (error.cause instanceof Error && depth < DEEPEST) description.cause = describeError(error.cause, withStack, depth + 1);
  return description;
}
function describeMessage(error) {
  return error instanceof SyntaxError ? "cannot be parsed" : maskText(error.message);
}
function calls(error) {
  return maskText((error.stack ?? "").split("\n").filter((line2) => /^\s+at /.test(line2)).join("\n"));
}

// plugins/logger.ts
var serialized = /* @__PURE__ */ new Set(["req", "res", "err", "error"]);
async function createLogger({ level, pretty, destination }) {
  const withStack = level === "debug" || level === "trace";
  const asError = (error) => error instanceof Error ? describeError(error, withStack) : withoutSecrets(error);
  const options = {
    level,
    base: null,
    timestamp: pino.stdTimeFunctions.isoTime,
    serializers: { req: asRequest, res: asReply, err: asError, error: asError },
    formatters: {
      level: (label) => ({ level: label }),
      bindings: maskMembers,
      log: maskMembers
    },
    hooks: { streamWrite: maskLine }
  };
  return pino(options, pretty ? await openPretty(destination) : destination ?? openStandardOutput());
}
function openStandardOutput() {
  return pino.destination({ dest: 1, sync: false, minLength: 4096, periodicFlush: 200 });
}
async function openPretty(destination) {
  const { default: pretty } = await import("pino-pretty");
  return pretty({
    ignore: "pid,hostname",
    translateTime: "SYS:HH:MM:ss.l",
    ...destination === void 0 ? { destination: 1, sync: true } : { destination, colorize: false }
  });
}
function maskMembers(members) {
  const shown = {};
  for (const member in members) {
    shown[member] = serialized.has(member) ? members[member] : memberWithoutSecrets(member, members[member]);
  }
  return shown;
}
function maskLine(line2) {
  return holdsCardNumber(line2) ? `${JSON.stringify(withoutSecrets(JSON.parse(line2)))}
` : line2;
}
function asRequest(request) {
  return { method: request.method, path: request.url.split("?", 1)[0] };
}
function asReply(reply) {
  return { status: reply.statusCode };
}

// .bench-tmp.ts
import { openSync } from "node:fs";
import { pino as pino2 } from "pino";
var out = pino2.destination({ dest: openSync("/dev/null", "w"), sync: false, minLength: 4096 });
var mine = await createLogger({ level: "info", pretty: false, destination: out });
var plain = pino2({ level: "info", base: null }, out);
var iso = pino2({ level: "info", base: null, timestamp: pino2.stdTimeFunctions.isoTime }, out);
var hook = pino2({ level: "info", base: null, hooks: { streamWrite: (l) => /\d{13,}/.test(l) ? "x" : l } }, out);
var fmt = pino2({ level: "info", base: null, formatters: { log: (o) => o } }, out);
var line = () => ({ method: "GET", path: "/3ds/authenticate", status: 200, ms: 0.123, threeDSServerTransID: "8a880dc0-d2d2-4067-bcb1-b08d1690b26e", acsTransID: "8a880dc0-d2d2-4067-bcb1-b08d1690b26e" });
var loggers = { plain, iso, hook, fmt, mine, mineChild: mine.child({ reqId: "x" }) };
for (let round = 0; round < 4; round++) for (const name of Object.keys(loggers)) {
  const before = process.cpuUsage();
  for (let i = 0; i < 5e4; i++) {
    loggers[name].info(line(), "request");
    if (i % 50 === 0) await new Promise(setImmediate);
  }
  const { user, system } = process.cpuUsage(before);
  if (round === 3) console.log(name.padEnd(12), ((user + system) / 5e4).toFixed(2));
}
