/** A mirror report as a document for machines: every code with its text. */

import type { MirrorReport, PlannedGroup } from '../../mirror/report.ts'
import type { SetupCommand } from '../../mirror/setup.ts'
import type { Verification } from '../../mirror/verification.ts'
import type { Invocation } from '../invocation.ts'
import { configuredText, RUNTIME_NOTE } from '../words/mirror/platforms.ts'
import { commandOf, DELIVERY, EFFECT, LOGIN, noteText, UNSUPPORTED } from '../words/mirror/setup.ts'
import { verdictText } from '../words/mirror/verification.ts'
import { enveloped } from './data.ts'

export function mirrorDocument(report: MirrorReport, invocation: Invocation): object {
  const { survey, target, planned, verification, written } = report
  const { takenAt, source, groups, seen, configured, pulls, gaps } = survey
  return enveloped('Mirror', {
    takenAt,
    complete: gaps.length === 0,
    source,
    groups: groups.map(({ group, mirror, notes }) => ({
      ...group,
      mirror: mirror.state,
      notes: notes.map(code => ({ code, text: RUNTIME_NOTE[code] })),
    })),
    seen,
    configured: configured.map(mirror => ({ ...mirror, text: configuredText(mirror) })),
    pulls,
    target:
      target === null
        ? null
        : {
            url: target.address.url,
            registries: target.registries,
            dialTimeoutSeconds: target.dialTimeout,
            ownAuthority: target.authority !== null,
          },
    setups: planned.map(each => setupDocument(each, invocation)),
    verification: verification === null ? null : verificationDocument(verification),
    written,
    gaps,
  })
}

function verificationDocument({ checks, wrong, known, unasked }: Verification): object {
  return { images: checks.map(check => ({ ...check, text: verdictText(check) })), wrong, known, unasked }
}

function setupDocument({ group: { platform, nodes }, setup }: PlannedGroup, invocation: Invocation): object {
  if ('unsupported' in setup) {
    const { unsupported: code } = setup
    return { platform, nodes, unsupported: { code, text: UNSUPPORTED[code] }, files: [] }
  }
  const { files, delivery, put, effect, activate, check, deadMirrorDelay, login, notes } = setup
  const command = (step: SetupCommand) => ({ where: step.on, command: commandOf(step, invocation) })
  return {
    platform,
    nodes,
    unsupported: null,
    files: files.map(({ name, place, content }) => ({ name, path: place, content })),
    delivery: { code: delivery, text: DELIVERY[delivery], commands: put.map(command) },
    effect: { code: effect, text: EFFECT[effect], command: activate === null ? null : command(activate) },
    check: check.map(command),
    deadMirrorDelaySeconds: deadMirrorDelay,
    login: { code: login, text: LOGIN[login] },
    notes: notes.map(note => ({ ...note, text: noteText(note) })),
  }
}
