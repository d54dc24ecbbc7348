/** The topics that `help TOPIC` prints in addition to the commands' help. */

type Row = readonly [name: string, meaning: string]

interface Topic {
  /** The line in the list of topics. */
  about: string
  title: string
  rows: readonly Row[]
}

/** Every variable that the program reads. A flag with the same meaning takes precedence. */
const ENVIRONMENT: readonly Row[] = [
  ['KUBECONFIG', 'kubeconfig files, as for kubectl (default: ~/.kube/config)'],
  [
    'KUBERNETES_SERVICE_HOST, KUBERNETES_SERVICE_PORT',
    'set in every pod: its own cluster, if no kubeconfig is found',
  ],
  ['POD_NAMESPACE', 'in a pod: the namespace to use instead of its own'],
  ['HTTPS_PROXY, HTTP_PROXY, NO_PROXY', 'proxies for the API server and for registries'],
  ['NODE_EXTRA_CA_CERTS', 'a file with additional certificate authorities to trust'],
  ['DOCKER_CONFIG', 'folder of the docker config whose logins count (default: ~/.docker)'],
  ['DOCKER_AUTH_CONFIG', 'a docker config as text, as in GitLab CI'],
  ['REGISTRY_AUTH_FILE', "podman's file of logins"],
  ['XDG_RUNTIME_DIR, XDG_CONFIG_HOME', "folders where podman's logins are looked for"],
  ['PULLGUARD_REGISTRY_ENDPOINTS', 'like --registry-endpoint, comma-separated'],
  ['XDG_STATE_HOME', 'where the journal of fix is kept (default: ~/.local/state)'],
  ['NO_COLOR', 'any text turns color off; --no-color does the same'],
  ['FORCE_COLOR', 'turns color on, even in a pipe'],
  ['TERM', '"dumb" turns color off'],
  ['CI', 'any text but 0 and false: no spinner, and `-o text` by default in a pipe'],
  ['GITHUB_STEP_SUMMARY', 'the file that `audit -o github` appends its report to'],
  ['COLUMNS', "width of the output where it isn't a terminal"],
]

const EXIT_CODES: readonly Row[] = [
  ['0', 'nothing found, or everything is fixed or ready'],
  ['1', 'findings'],
  ['2', 'wrong usage or unreadable input'],
  ['3', 'not everything could be read, written, or recovered in time'],
  ['4', 'cluster or registry unreachable, or login not accepted'],
  ['5', 'refused: not confirmed, stale plan, missing permission'],
  ['129, 130, 143', 'ended by a closed terminal, Ctrl-C, or SIGTERM'],
]

export const TOPICS: Readonly<Record<string, Topic>> = {
  environment: {
    about: 'environment variables',
    title: 'Environment variables that pullguard reads:',
    rows: ENVIRONMENT,
  },
  'exit-codes': { about: 'what each exit code means', title: 'Exit codes:', rows: EXIT_CODES },
}

/** Formats the topic as text, `width` columns wide. */
export function topicText({ title, rows }: Topic, width: number): string {
  const longest = Math.max(...rows.map(([name]) => name.length))
  // Longer names get their own line.
  const column = Math.min(longest, 18)
  const lines = rows.flatMap(([name, meaning]) => {
    const oneLine = `  ${name.padEnd(column)}  ${meaning}`
    return name.length <= column && oneLine.length <= width ? [oneLine] : [`  ${name}`, `      ${meaning}`]
  })
  return `${title}\n${lines.join('\n')}\n`
}
