/** The strict part of SARIF 2.1.0 that an audit uses: names and types as in the standard's schema, and GitHub's additional requirements. */

const text = { type: 'string', minLength: 1 }
const position = { type: 'integer', minimum: 1 }
const message = only({ text }, ['text'])

function only(properties: object, required: string[]) {
  return { type: 'object', properties, required, additionalProperties: false }
}

const rule = only(
  {
    id: text,
    name: text,
    shortDescription: message,
    fullDescription: message,
    help: message,
    properties: only({ tags: { type: 'array', items: text, maxItems: 20, uniqueItems: true } }, ['tags']),
  },
  ['id', 'shortDescription', 'fullDescription', 'help'],
)

const region = only({ startLine: position, startColumn: position, endLine: position, endColumn: position }, [
  'startLine',
  'startColumn',
  'endLine',
  'endColumn',
])

const location = only(
  {
    physicalLocation: only(
      {
        artifactLocation: only({ uri: { type: 'string', pattern: "^[A-Za-z0-9%_.~/!*'()-]+$" } }, ['uri']),
        region,
      },
      ['artifactLocation', 'region'],
    ),
  },
  ['physicalLocation'],
)

const result = only(
  {
    ruleId: text,
    ruleIndex: { type: 'integer', minimum: 0 },
    level: { enum: ['none', 'note', 'warning', 'error'] },
    message,
    locations: { type: 'array', items: location, minItems: 1 },
    partialFingerprints: only({ primaryLocationLineHash: text }, ['primaryLocationLineHash']),
  },
  ['ruleId', 'level', 'message', 'locations', 'partialFingerprints'],
)

const invocation = only(
  {
    executionSuccessful: { type: 'boolean' },
    toolExecutionNotifications: {
      type: 'array',
      items: only({ level: { enum: ['error'] }, message }, ['message']),
    },
  },
  ['executionSuccessful'],
)

const driver = only({ name: text, version: text, rules: { type: 'array', items: rule } }, ['name', 'rules'])

const run = only(
  {
    tool: only({ driver }, ['driver']),
    columnKind: { enum: ['utf16CodeUnits'] },
    invocations: { type: 'array', items: invocation },
    results: { type: 'array', items: result, maxItems: 5000 },
  },
  ['tool', 'results'],
)

export const SARIF_SUBSET = only(
  {
    $schema: text,
    version: { const: '2.1.0' },
    runs: { type: 'array', items: run, minItems: 1, maxItems: 1 },
  },
  ['$schema', 'version', 'runs'],
)
