/** Manifests as people write them, made up: block and flow, quotes, comments, anchors, CRLF, lists, several documents. */
import fc from 'fast-check'

const name = fc.stringMatching(/^[a-z][a-z0-9]{0,7}$/)
const tag = fc.constantFrom(':1.27.3', ':latest', '', ':main', `@sha256:${'b'.repeat(64)}`)
const image = fc
  .tuple(fc.constantFrom('nginx', 'ghcr.io/acme/app', 'k8s.gcr.io/pause', 'registry-1.docker.io/a/b'), tag)
  .map(([repository, version]) => repository + version)
const comment = fc.constantFrom('', '', ' # why', '   # "quoted": yes', ' #{x}')
const quote = fc.constantFrom(
  (text: string) => text,
  (text: string) => `"${text}"`,
  (text: string) => `'${text}'`,
)
const policy = fc.constantFrom(null, 'Always', 'IfNotPresent', 'Never')

interface Layout {
  indent: string
  dash: string
}

const container = fc
  .record({ name, image, comment, quote, policy, flow: fc.boolean(), first: fc.boolean(), env: fc.boolean() })
  .map(spec => ({ indent, dash }: Layout): string[] => {
    const written = spec.quote(spec.image)
    if (spec.flow) {
      const rest = spec.policy === null ? '' : `, imagePullPolicy: ${spec.policy}`
      return [`${indent}${dash}{name: ${spec.name}, image: ${written}${rest}}${spec.comment}`]
    }
    const lines = [`name: ${spec.name}`, `image: ${written}${spec.comment}`]
    const ordered = spec.first ? lines.toReversed() : lines
    if (spec.policy !== null) ordered.push(`imagePullPolicy: ${spec.quote(spec.policy)}${spec.comment}`)
    if (spec.env) ordered.push('env:', '- {name: IMAGE, value: "nginx"}', '# image: nginx')
    return ordered.map((line, index) => `${indent}${index === 0 ? dash : ' '.repeat(dash.length)}${line}`)
  })

const podSpec = fc
  .record({
    containers: fc.array(container, { minLength: 1, maxLength: 3 }),
    init: fc.array(container, { maxLength: 2 }),
    indented: fc.boolean(),
    wide: fc.boolean(),
    secrets: fc.constantFrom('none', 'block', 'flow', 'empty'),
    above: fc.boolean(),
    volume: fc.option(image, { nil: null }),
  })
  .map(spec => (indent: string): string[] => {
    const layout = { indent: spec.indented ? `${indent}  ` : indent, dash: spec.wide ? '-   ' : '- ' }
    const list = (key: string, items: ((layout: Layout) => string[])[]) =>
      items.length === 0 ? [] : [`${indent}${key}:`, ...items.flatMap(item => item(layout))]
    const secrets = {
      none: [],
      block: [`${indent}imagePullSecrets:`, `${layout.indent}${layout.dash}name: own # kept`],
      flow: [`${indent}imagePullSecrets: [{name: own}] # kept`],
      empty: [`${indent}imagePullSecrets: []`],
    }[spec.secrets]
    return [
      ...list('initContainers', spec.init),
      ...(spec.above ? [`${indent}# the containers`] : []),
      ...list('containers', spec.containers),
      ...secrets,
      ...(spec.volume === null
        ? []
        : [`${indent}volumes:`, `${indent}- name: v`, `${indent}  image: {reference: "${spec.volume}"}`]),
    ]
  })

const workload = fc
  .tuple(fc.constantFrom('Pod', 'Deployment', 'CronJob'), name, podSpec)
  .map(([kind, called, spec]) => {
    const head = ['# a workload', `kind: ${kind}`, `metadata: {name: ${called}} # named`]
    if (kind === 'Pod') return ['apiVersion: v1', ...head, 'spec:', ...spec('  ')]
    if (kind === 'Deployment')
      return ['apiVersion: apps/v1', ...head, 'spec:', '  template:', '    spec:', ...spec('      ')]
    // A period instead of five fields: the starts of these take milliseconds to work out, and no edit depends on them.
    const way = [
      'spec:',
      '  schedule: "@every 1h"',
      '  jobTemplate:',
      '    spec:',
      '      template:',
      '        spec:',
    ]
    return ['apiVersion: batch/v1', ...head, ...way, ...spec('          ')]
  })

const other = fc.constantFrom(
  [
    'kind: ConfigMap',
    'apiVersion: v1',
    'data:',
    '  image: nginx',
    '  text: |',
    '    image: nginx',
    '    ---x',
  ],
  ['# only a comment'],
  ['image: nginx', 'services: {web: {image: nginx}}'],
)

/** A file of several documents, with the line breaks of Unix or Windows, and with or without one at the end. */
export const manifestFile = fc
  .record({
    documents: fc.array(fc.oneof({ weight: 3, arbitrary: workload }, { weight: 1, arbitrary: other }), {
      minLength: 1,
      maxLength: 4,
    }),
    windows: fc.boolean(),
    ends: fc.boolean(),
    marker: fc.boolean(),
  })
  .map(({ documents, windows, ends, marker }) => {
    const lines = documents.flatMap((document, index) =>
      index === 0 && !marker ? document : ['---', ...document],
    )
    const text = lines.join(windows ? '\r\n' : '\n')
    return ends ? text + (windows ? '\r\n' : '\n') : text
  })
