import { readFileSync } from 'node:fs'

/*
 * The element catalogue as plain data. The parties of the tests know the elements from the same list as the server, since
 * the list is what both speak; everything that reads it is their own.
 */

export type Condition =
  | { field: string, eq: unknown } | { field: string, in: unknown[] }
  | { present: string } | { absent: string } | { context: string } | { leg: string }
  | { all: Condition[] } | { any: Condition[] } | { not: Condition }

/** What a value must look like. */
export interface Shape {
  type: string
  format: Record<string, any>
  values?: { code: unknown, versions?: string[], allowedIn?: Record<string, { versions?: string[], when?: Condition, enforce?: string }> }[]
  reserved?: { range: string, versions?: string[] }[]
  /** Codes that are not listed are taken too. */
  otherCodes?: 'accepted'
  children?: Child[]
}

/** An element inside another. */
export interface Child extends Shape {
  name: string
  versions: string[]
  presence: 'R' | 'C' | 'O'
  when?: Condition
  overrides?: Record<string, Partial<Shape>>
}

/** For which messages an element is there, and how much. An empty list of channels or categories: it does not matter. */
export interface Row {
  versions: string[]
  deviceChannels: string[]
  messageCategory: string[]
  presence: 'R' | 'C' | 'O'
  when?: Condition
  enforce?: 'hard' | 'soft'
  crES?: 'not final' | 'final only'
  leg?: string
}

export interface Element extends Shape {
  name: string
  inclusion: Record<string, Row[]>
  uiTypes231?: { mandatory: string[], optional: string[] }
  overrides?: Record<string, Partial<Shape>>
}

export const ELEMENTS: readonly Element[] = JSON.parse(
  readFileSync(new URL('../../../src/protocol/catalogue/elements.json', import.meta.url), 'utf8'))

/** @returns the element as it is in one version. */
export function inVersion<T extends Shape & { overrides?: Record<string, Partial<Shape>> }> (element: T, version: string): T {
  return { ...element, ...element.overrides?.[version] }
}
