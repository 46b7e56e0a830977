/** Where the core says what happened. Only ids, codes and outcomes: never a card number, code, value or key. */
export interface Log {
  debug (details: object, message: string): void
  info (details: object, message: string): void
  warn (details: object, message: string): void
}
