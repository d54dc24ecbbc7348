/** A fix session whose user gives fixed answers at a terminal. */

import type { FixOptions, FixSession } from '../../../src/commands/fix/session.ts'
import { CAUSES, type Diagnosis, type Finding } from '../../../src/diagnosis/finding.ts'
import type { Questions } from '../../../src/terminal.ts'

const OPTIONS: FixOptions = {
  connection: {},
  names: [],
  namespaces: [],
  allNamespaces: true,
  affected: false,
  excludedNamespaces: [],
  secretName: 'dockercreds',
  registries: [],
  endpoints: [],
  passwordStdin: false,
  authenticate: true,
  recreate: true,
  recreateBarePods: false,
  remediesAskedFor: new Map(),
  allowManaged: false,
  overwriteSecret: false,
  yes: false,
  dryRun: 'none',
  timeoutMs: 0,
  failOn: 'error',
  format: 'table',
}

/** Creates only what questions need: no cluster, no registry. */
export function sessionWith(options: Partial<FixOptions>, ask: Partial<Questions>): FixSession {
  const nobody: Questions = {
    available: false,
    confirm: () => Promise.reject(new Error('asked')),
    text: () => Promise.reject(new Error('asked')),
    choose: () => Promise.reject(new Error('asked')),
    pick: () => Promise.reject(new Error('asked')),
    key: () => Promise.reject(new Error('asked')),
  }
  const err = { width: 80, write: async () => {} }
  return {
    options: { ...OPTIONS, ...options },
    context: { ask: { ...nobody, ...ask }, program: 'pullguard', err },
    cluster: { context: 'prod', server: 'https://prod.example' },
  } as unknown as FixSession
}

export function diagnosisOf(findings: Finding[]): Diagnosis {
  return {
    takenAt: '2026-11-24T10:00:00Z',
    complete: true,
    source: { type: 'cluster', context: 'prod', server: 'https://prod.example' },
    scope: { namespaces: null, labelSelector: null },
    summary: { pods: 9, failingPods: findings.length, causes: { [CAUSES[0]]: findings.length } },
    findings,
    pulling: [],
    gaps: [],
  }
}
