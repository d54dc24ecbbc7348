/** A plan as YAML for a Git repository, with the equivalent kubectl command in a comment above each object. */

import type { Change, Edit, PatchChange, PatchOperation } from '../../plan/change.ts'
import type { Plan } from '../../plan/plan.ts'
import { type Invocation, kubectlCommand } from '../invocation.ts'
import { escapeInJson, guardLines, sanitizeLine, shellWord } from '../sanitize.ts'
import { managerName } from '../words/edits/managers.ts'
import { objectName } from '../words/nouns.ts'
import { planSentence } from '../words/plan/plan.ts'
import { toYaml } from './data.ts'

/**
 * Returns everything that the plan would write or leaves to an owner, as valid YAML; the user has to fill in the login.
 * @param notes what else the changes affect, one sentence each
 */
export function renderPatch(plan: Plan, invocation: Invocation, notes: readonly string[]): string {
  const managed = plan.declined.flatMap(one => (one.code === 'managed' ? [one.change] : []))
  const changes = [...plan.changes, ...managed]
  if (changes.length === 0) return comment('Nothing to change.')
  return guardLines(
    [head(plan, changes, notes), ...changes.map(change => part(change, plan, invocation))].join(''),
  )
}

function head(plan: Plan, changes: Change[], notes: readonly string[]): string {
  const keys = plan.credentials.map(({ key, username }) => `${key} (user ${username})`).join(', ')
  const secret = changes.some(({ target }) => target.kind === 'Secret')
  return [
    ...(plan.changes.length === 0 ? [] : [planSentence(plan)]),
    'Each object below holds only the fields to set. The command above it does the same directly.',
    ...(secret
      ? [
          'Plans never contain passwords. LOGIN stands for a file like ~/.docker/config.json whose auths hold exactly',
          `${keys}. Put its base64 into data, encrypted or sealed the way your repository does it.`,
        ]
      : []),
    ...notes,
  ]
    .map(comment)
    .join('')
}

function part(change: Change, plan: Plan, invocation: Invocation): string {
  const fragment = fragmentOf(change, plan.secretName)
  const owner = change.managedBy === null ? '' : comment(`Managed by ${managerName(change.managedBy)}`)
  const commands = `${owner}${commandsFor(change, invocation).map(comment).join('')}`
  // A pod that is only deleted has nothing to keep in Git, so only its command is printed.
  return fragment === null ? commands : `---\n${commands}${toYaml(fragment)}`
}

function commandsFor(change: Change, invocation: Invocation): string[] {
  const { namespace, name } = change.target
  const kubectl = (rest: string) => kubectlCommand(invocation, rest, namespace)
  switch (change.action) {
    case 'create-secret':
      return [
        kubectl(
          `create secret generic ${shellWord(name)} --type=kubernetes.io/dockerconfigjson --from-file=${DATA_KEY}=LOGIN`,
        ),
      ]
    case 'update-secret':
      return [
        `Add the logins to those in ${DATA_KEY}; the Secret's other logins have to stay.`,
        kubectl(`edit secret ${shellWord(name)}`),
      ]
    case 'patch-serviceaccount':
    case 'patch-template':
      return [
        kubectl(`patch ${shellWord(objectName(change.target))} --type=json -p ${inShell(change.patch)}`),
      ]
    case 'recreate-pod':
      return [kubectl(`delete pod ${shellWord(name)}`)]
    case 'recreate-bare-pod':
      return [
        `${kubectl(`get pod ${shellWord(name)} -o yaml`)} > ${shellWord(`${name}.yaml`)}`,
        kubectl(`delete pod ${shellWord(name)}`),
      ]
    case 'restore-bare-pod':
      return [`pod ${namespace}/${name} is in the journal of run ${change.run}; only fix can restore it`]
  }
}

function inShell(patch: PatchOperation[]): string {
  return `'${escapeInJson(JSON.stringify(patch)).replaceAll("'", `'\\''`)}'`
}

function comment(text: string): string {
  return `# ${sanitizeLine(text)}\n`
}

const DATA_KEY = '.dockerconfigjson'

type Fields = Record<string, unknown>

/**
 * Returns the object with only its identity and the fields that the change sets; null for a change to a pod, and to an existing Secret:
 * its field holds the logins of others as well.
 */
export function fragmentOf(change: Change, secretName: string): Fields | null {
  const { apiVersion, kind, namespace, name } = change.target
  const object: Fields = { apiVersion, kind, metadata: { name, namespace } }
  switch (change.action) {
    case 'create-secret':
      // Left empty for the owner to fill in, because a plan contains no login.
      return { ...object, type: 'kubernetes.io/dockerconfigjson', data: { [DATA_KEY]: '' } }
    case 'patch-serviceaccount':
    case 'patch-template':
      return { ...object, ...edited(change, secretName) }
    default:
      return null
  }
}

function edited({ edits }: PatchChange, secretName: string): Fields {
  const root: Fields = {}
  for (const edit of edits) {
    if (edit.field === 'imagePullSecrets') {
      const steps = edit.pointer.split('/').slice(1)
      const list = [...(edit.before ?? []), { name: edit.entry || secretName }]
      inside(root, steps.slice(0, -1))[steps.at(-1) ?? ''] = list
    } else {
      setInContainer(root, edit)
    }
  }
  return root
}

/** Identifies containers by name, because their positions may differ in Git. */
function setInContainer(root: Fields, edit: Exclude<Edit, { field: 'imagePullSecrets' }>): void {
  const steps = edit.pointer.split('/').slice(1, -1)
  const parent = inside(root, steps.slice(0, -1))
  const key = steps.at(-1) ?? ''
  const containers = (parent[key] ?? []) as Fields[]
  parent[key] = containers
  const known = containers.find(({ name }) => name === edit.container)
  if (known) known[edit.field] = edit.after
  else containers.push({ name: edit.container, [edit.field]: edit.after })
}

function inside(root: Fields, steps: string[]): Fields {
  let place = root
  for (const step of steps) {
    const next = (place[step] ?? {}) as Fields
    place[step] = next
    place = next
  }
  return place
}
