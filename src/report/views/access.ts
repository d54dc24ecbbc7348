/** What is missing in permissions, verb by verb, before anything is written. */

import type { AccessDenial } from '../../apply/check-access.ts'
import type { PlanScope } from '../../plan/plan.ts'
import { visible } from '../sanitise.ts'
import { counted, someOf } from '../words/count.ts'

/** One line a verb and resource, and what to ask for. */
export function accessRefusal(denials: readonly AccessDenial[], scope: PlanScope): string {
  const lines = denials.map(({ verb, group, resource, namespaces, changes }) => {
    const what = group === '' ? resource : `${resource}.${group}`
    return `  ${verb} ${what} in ${someOf(namespaces, 3)} (for ${counted(changes, 'change')})`
  })
  return [
    'You lack permissions that this plan needs. Nothing was changed. Missing:',
    ...lines.map(line => `  ${visible(line)}`),
    `Ask for a role that allows it${wayOut(denials, scope)}.`,
  ].join('\n')
}

/** Flags without which the plan needs none of it. */
function wayOut(denials: readonly AccessDenial[], scope: PlanScope): string {
  const ways = [
    ...(denials.every(({ resource }) => /^pods(\/|$)/.test(resource))
      ? ['leave the stuck pods as they are with --no-recreate']
      : []),
    ...(scope.namespaces === null ? ['leave those namespaces out with --exclude-namespace'] : []),
  ]
  return ways.map(way => `, or ${way}`).join('')
}
