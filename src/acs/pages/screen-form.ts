import { CHOICES } from '../challenge/screens.ts'
import type { ChallengeNotice } from '../challenge/machine.ts'
import type { Consent, ScreenKind } from '../../transaction/challenge.ts'
import { actionField, choiceField, codeField, consentsField, secondField } from './fields.ts'
import { escapeHtml, hiddenFields } from './html.ts'
import { CONSENT_TEXTS, noticeWords, QUESTIONS } from './words.ts'

/** The form of a screen, wherever it stands. */
export interface ScreenForm {
  kind: ScreenKind
  method: 'get' | 'post'
  /** Where it goes. */
  action: string
  /** Fields sent back as they are, value by name. */
  hidden: Readonly<Record<string, string>>
  notice?: ChallengeNotice
  /** How many more answers may be tried, at least 1. */
  attemptsLeft: number
  /** In the order in which they are asked for. */
  consents: readonly Consent[]
  /** Whether the entry may take the focus. */
  focus: boolean
  /** Whether a second box repeats the first. */
  secondEntry?: boolean
  /** HTML above the button of a screen that sends the cardholder elsewhere. */
  elsewhere?: string
  /** Of the form's element: attributes in HTML. */
  attributes?: string
  /** Buttons below the main one, in this order: what they do and what they say. */
  others: ReadonlyArray<readonly [action: string, label: string]>
}

/**
 * The form. The first button in it is the main one, because that is the one the Enter key presses.
 * @param form plain values, escaped here, but for `elsewhere` and `attributes`
 */
export function renderForm (form: ScreenForm): string {
  const { consents, others } = form
  const hidden = consents.length === 0 ? form.hidden : { ...form.hidden, [consentsField]: consents.join(',') }
  return `<form method="${form.method}" action="${escapeHtml(form.action)}"${form.attributes ?? ''}>
${[
    hiddenFields(hidden),
    renderNotice(form),
    ENTRIES[form.kind](form),
    ...consents.map(renderConsent),
    isQuestion(form.kind) ? renderButton('submit', 'Submit', true) : renderButton('continue', 'Continue', true),
    others.length === 0 ? '' : `<div class="others">\n${others.map(([action, label]) => renderButton(action, label, false)).join('\n')}\n</div>`
  ].filter((html) => html !== '').join('\n')}
</form>`
}

const ENTRIES: Readonly<Record<ScreenKind, (form: ScreenForm) => string>> = {
  text: renderCode,
  'single-select': (form) => renderChoices(form, QUESTIONS['single-select'], 'radio'),
  'multi-select': (form) => renderChoices(form, QUESTIONS['multi-select'], 'checkbox'),
  'out-of-band': ({ elsewhere = '' }) => elsewhere,
  information: () => ''
}

/** Whether a screen waits for an answer rather than for the button. */
function isQuestion (kind: ScreenKind): boolean {
  return kind !== 'out-of-band' && kind !== 'information'
}

function renderNotice ({ kind, notice }: ScreenForm): string {
  if (notice === undefined) return ''
  const { text, title } = noticeWords(kind, notice)
  return title === undefined ? `<p class="notice" role="status">${text}</p>` : `<p class="error" id="error" role="alert">${text}</p>`
}

function renderAttempts ({ attemptsLeft }: ScreenForm): string {
  return `<span id="attempts">${attemptsLeft} ${attemptsLeft === 1 ? 'attempt' : 'attempts'} left</span>`
}

function renderCode (form: ScreenForm): string {
  const wrong = form.notice === 'wrong-code'
  const like = 'type="text" inputmode="numeric" autocomplete="one-time-code" maxlength="45" spellcheck="false" required'
  const second = `\n<label for="${secondField}">The same code again</label>
<input id="${secondField}" name="${secondField}" ${like.replace('one-time-code', 'off')}>`
  return `<div class="of-code"><label for="${codeField}">${QUESTIONS.text}</label>${renderAttempts(form)}</div>
<input id="${codeField}" name="${codeField}" ${like}${form.focus ? ' autofocus' : ''} aria-describedby="${wrong ? 'error ' : ''}attempts"${wrong ? ' aria-invalid="true"' : ''}>${form.secondEntry === true ? second : ''}`
}

/** One of the radio buttons has to be chosen; of the boxes browsers cannot ask that. */
function renderChoices (form: ScreenForm, question: string, type: 'radio' | 'checkbox'): string {
  const choices = CHOICES.map(({ key, text }, index) =>
    `<label class="choice"><input type="${type}" name="${choiceField}" value="${escapeHtml(key)}"${type === 'radio' ? ' required' : ''}${index === 0 && form.focus ? ' autofocus' : ''}><span>${escapeHtml(text)}</span></label>`)
  return `<fieldset${form.notice === 'wrong-code' ? ' aria-describedby="error"' : ''}>
<legend class="of-code">${question} ${renderAttempts(form)}</legend>
${choices.join('\n')}
</fieldset>`
}

function renderConsent (consent: Consent): string {
  return `<label class="choice"><input type="checkbox" name="${consent}" value="Y"><span>${CONSENT_TEXTS[consent]}</span></label>`
}

/** Only the main button needs an answer. */
function renderButton (action: string, label: string, main: boolean): string {
  return `<button ${main ? 'class="main" ' : ''}type="submit" name="${actionField}" value="${action}"${main ? '' : ' formnovalidate'}>${label}</button>`
}
