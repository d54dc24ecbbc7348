/**
 * Renders a plan's changes for people: similar ones in one block, each with its reason, templates as a diff, and managed objects in their
 * owner's format.
 */

import type { Change, Edit, PatchTemplate } from '../../plan/change.ts'
import type { Plan, PlanCredential } from '../../plan/plan.ts'
import { toYaml } from '../machine/data.ts'
import { fragmentOf } from '../machine/patch.ts'
import { cell, sanitizeLine } from '../sanitize.ts'
import { field, fields, type Palette, wrap } from '../screen/layout.ts'
import { tableLines } from '../screen/table.ts'
import { managerName } from '../words/edits/managers.ts'
import { firstOf, formatNumber, objectName, pluralize, registryLabel, shortList } from '../words/nouns.ts'
import { BARE_POD_REASON, reasonText } from '../words/plan/plan.ts'

/** The number of names, rows, and templates to show; `-o json` and `-o patch` include all. */
const NAMES = 12
const ROWS = 12
const TEMPLATES = 8

interface PlanView {
  plan: Plan
  width: number
  palette: Palette
}

/** Returns one block per kind of change, in the order in which changes are made. */
export function changeBlocks(plan: Plan, width: number, palette: Palette): string[][] {
  const view = { plan, width, palette }
  const of = (...actions: Change['action'][]) => plan.changes.filter(({ action }) => actions.includes(action))
  const accounts = of('patch-serviceaccount')
  const blocks = [
    secrets(of('create-secret'), 'Create', view),
    secrets(of('update-secret'), 'Update', view),
    defaults(
      accounts.filter(({ reason }) => reason.code === 'attach-default'),
      view,
    ),
    rows(
      accounts.filter(({ reason }) => reason.code !== 'attach-default'),
      count => `Add pull secret ${plan.secretName} to ${pluralize(count, 'service account')} that pods name`,
      view,
    ),
    ...templates(of('patch-template'), view),
    rows(
      of('restore-bare-pod'),
      count => `Restore ${pluralize(count, 'pod')} that an interrupted run deleted`,
      view,
    ),
    ...byReason(of('recreate-pod')).map(alike =>
      rows(alike, count => `Recreate ${pluralize(count, 'stuck pod')}`, view),
    ),
    rows(
      of('recreate-bare-pod'),
      count =>
        `Delete and recreate ${pluralize(count, 'pod')} that ${count === 1 ? 'has' : 'have'} no controller`,
      view,
    ),
  ]
  return blocks.filter(lines => lines.length > 0)
}

function byReason(changes: Change[]): Change[][] {
  return [...Map.groupBy(changes, ({ reason }) => reason.code).values()]
}

function heading(text: string, { width, palette }: PlanView): string[] {
  return wrap(sanitizeLine(text), width).map(palette.strong)
}

function secrets(changes: Change[], verb: string, view: PlanView): string[] {
  const [first] = changes
  if (first === undefined) return []
  const { plan, width } = view
  const place = namespacesOf(changes)
  return [
    ...heading(`${verb} secret ${plan.secretName} in ${placeText(place)}`, view),
    ...field({ label: 'why', text: reasonText(first.reason) }, width),
    ...fields('login', plan.credentials.map(loginText), width),
    ...changes.flatMap(change => replacedLogins(change, width)),
    ...namespaceField(place, width),
    ...managed(changes, width),
  ]
}

function loginText({ registry, username, origin, key }: PlanCredential): string {
  const path = key.startsWith(`${registry}/`) ? ` (${key})` : ''
  return `${username} for ${registryLabel(registry)}${path}, from ${origin}`
}

/** Returns what someone else's Secret loses, which no undo can restore. */
function replacedLogins(change: Change, width: number): string[] {
  if (change.action !== 'update-secret' || change.replaces === undefined) return []
  const lost = change.replaces.map(({ key, username }) =>
    username === null ? `the unreadable entry ${key}` : `the login of ${username} under ${key}`,
  )
  const text = `${shortList(lost, 4)} in ${change.target.namespace}; undo can't restore ${lost.length === 1 ? 'it' : 'them'}`
  return field({ label: 'replaces', text }, width)
}

function defaults(changes: Change[], view: PlanView): string[] {
  const [first] = changes
  if (first === undefined) return []
  const { plan, width } = view
  const place = namespacesOf(changes)
  return [
    ...heading(`Add pull secret ${plan.secretName} to service account default in ${placeText(place)}`, view),
    ...field({ label: 'why', text: reasonText(first.reason) }, width),
    ...namespaceField(place, width),
    ...managed(changes, width),
  ]
}

function rows(changes: Change[], title: (count: number) => string, view: PlanView): string[] {
  const [first] = changes
  if (first === undefined) return []
  const { width } = view
  const alike = [
    ...Map.groupBy(changes, change => `${change.target.namespace}/${changedObject(change)}`).values(),
  ]
  const shown = firstOf(alike, ROWS)
  const cells = shown.flatMap(same => {
    const [one] = same
    return one === undefined
      ? []
      : [[cell(one.target.namespace), cell(changedObject(one)), podCountNote(one, same.length)]]
  })
  const hidden = alike.length - shown.length
  return [
    ...heading(title(changes.length), view),
    ...field({ label: 'why', text: whyOf(first) }, width),
    ...tableLines(cells, width, '    ').flat(),
    ...(hidden === 0 ? [] : wrap(`… and ${formatNumber(hidden)} more (-o json shows all)`, width, '    ')),
    ...managed(changes, width),
  ]
}

function whyOf({ action, reason }: Change): string {
  return action === 'recreate-bare-pod' ? BARE_POD_REASON : reasonText(reason)
}

/** Names a pod by its controller, so that all pods of a workload share a line. */
function changedObject(change: Change): string {
  if (change.action !== 'recreate-pod') return objectName(change.target)
  return objectName(change.workload)
}

function podCountNote(change: Change, count: number): string {
  if (change.action !== 'recreate-pod') return ''
  const how = change.method === 'evict' ? ', evicted as disruption budgets allow' : ''
  return `${pluralize(count, 'pod')}${how}`
}

function templates(changes: Change[], view: PlanView): string[][] {
  const all = changes.filter(change => change.action === 'patch-template')
  const hidden = all.length - TEMPLATES
  const blocks = all.slice(0, TEMPLATES).map(change => template(change, view))
  if (hidden > 0) {
    const text = `… and ${pluralize(hidden, 'more template')} (-o patch shows all)`
    blocks.push(wrap(text, view.width))
  }
  return blocks
}

function template(change: PatchTemplate, view: PlanView): string[] {
  const { target, edits } = change
  const { width, palette } = view
  const reasons = [...new Set(edits.map(({ reason }) => reasonText(reason)))]
  return [
    ...heading(`Change the template of ${objectName(target)} in ${target.namespace}`, view),
    ...fields('why', reasons, width),
    ...field({ label: 'effect', text: effectOf(change) }, width),
    ...diffLines(edits, palette),
    ...managed([change], width),
  ]
}

function effectOf({ target, rollsOut, pods }: PatchTemplate): string {
  if (rollsOut) return `a rollout replaces its pods, including ${pluralize(pods.length, 'stuck pod')}`
  return target.kind === 'StatefulSet'
    ? 'unless its strategy is OnDelete, a rolling update replaces its pods one by one, including running ones'
    : 'new pods are created from it; running pods stay unchanged'
}

/** With --allow-managed, says which tool may revert the change. */
function managed(changes: Change[], width: number): string[] {
  const names = [...new Set(changes.flatMap(({ managedBy }) => (managedBy ? [managerName(managedBy)] : [])))]
  if (names.length === 0) return []
  return field({ label: 'managed', text: `by ${shortList(names, 3)}, which may change it back` }, width)
}

/** Names a single namespace in the heading; several are below it. */
function placeText(namespaces: string[]): string {
  const [only = ''] = namespaces
  return namespaces.length === 1 ? `namespace ${only}` : pluralize(namespaces.length, 'namespace')
}

function namespaceField(namespaces: string[], width: number): string[] {
  return namespaces.length === 1
    ? []
    : field({ label: 'namespaces', text: shortList(namespaces, NAMES) }, width)
}

function namespacesOf(changes: Change[]): string[] {
  return [...new Set(changes.map(({ target }) => target.namespace))]
}

/** Returns the edits as diff lines, with each container's name and each list above its changes. */
function diffLines(edits: readonly Edit[], palette: Palette): string[] {
  let container: string | null = null
  return edits.flatMap(edit => {
    if (edit.field === 'imagePullSecrets') {
      return [
        ...line(' ', 'imagePullSecrets:'),
        ...(edit.before ?? []).flatMap(({ name }) => line(' ', `- name: ${name ?? '""'}`)),
        ...line('+', `- name: ${edit.entry}`).map(palette.success),
      ]
    }
    const heading = edit.container === container ? [] : line(' ', `container ${edit.container}:`)
    container = edit.container
    return [
      ...heading,
      ...(edit.before === null ? [] : line('-', `  ${edit.field}: ${edit.before}`).map(palette.dim)),
      ...line('+', `  ${edit.field}: ${edit.after}`).map(palette.success),
    ]
  })
}

/** Never breaks the line: a digest should be copied whole, and a terminal wraps by itself. */
function line(mark: ' ' | '+' | '-', text: string): string[] {
  const depth = text.length - text.trimStart().length
  return [`    ${mark} ${' '.repeat(depth)}${sanitizeLine(text)}`]
}

const FRAGMENTS = 2

/** Returns changes of managed objects in their owner's format. */
export function fragmentLines(changes: readonly Change[], { plan, width, palette }: PlanView): string[] {
  const lines = changes.slice(0, FRAGMENTS).flatMap(change => {
    const fragment = fragmentOf(change, plan.secretName)
    if (fragment === null) return []
    const yaml = toYaml(fragment).trimEnd().split('\n')
    return ['', ...yaml.map(line => palette.dim(`      ${line}`))]
  })
  const hidden = changes.length - FRAGMENTS
  return hidden > 0
    ? [...lines, ...wrap(`… and ${formatNumber(hidden)} more (-o patch shows all)`, width, '    ')]
    : lines
}
