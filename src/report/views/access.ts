/** What is missing in permissions, verb by verb, before anything is written. */

import type { AccessDenial } from '../../apply/check-access.ts'
import type { PlanScope } from '../../plan/plan.ts'
import { sanitizeLine } from '../sanitize.ts'
import { pluralize, shortList } from '../words/count.ts'

/** One line a verb and resource, and what to ask for. */
export function accessRefusal(denials: readonly AccessDenial[], scope: PlanScope): string {
  const lines = denials.map(({ verb, group, resource, namespaces, changes }) => {
    const what = group === '' ? resource : `${resource}.${group}`
    return `  ${verb} ${what} in ${shortList(namespaces, 3)} (for ${pluralize(changes, 'change')})`
  })
  return [
    'You lack permissions that this plan needs. Nothing was changed. Missing:',
    ...lines.map(line => `  ${sanitizeLine(line)}`),
    `Ask for a role that allows it${alternatives(denials, scope)}.`,
  ].join('\n')
}

/** Flags without which the plan needs none of it. */
function alternatives(denials: readonly AccessDenial[], scope: PlanScope): string {
  const flags = [
    ...(denials.every(({ resource }) => /^pods(\/|$)/.test(resource))
      ? ['keep the stuck pods with --no-recreate']
      : []),
    ...(scope.namespaces === null ? ['skip those namespaces with --exclude-namespace'] : []),
  ]
  return flags.map(way => `, or ${way}`).join('')
}
