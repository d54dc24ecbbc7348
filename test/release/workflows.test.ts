/** Workflows, the Dockerfile, and the GitLab component: everything they refer to exists and is pinned. */
import { execFileSync } from 'node:child_process'
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { describe, expect, test } from 'vitest'
import { parse, parseAllDocuments } from 'yaml'
import packageJson from '../../package.json' with { type: 'json' }
import { homepageOf } from '../../scripts/release/release.mjs'
import { TARGETS } from '../../scripts/release/targets.mjs'
import { runCommandLine } from '../commands/command-line.ts'

const ROOT = resolve(import.meta.dirname, '../..')
const read = (path: string) => readFileSync(join(ROOT, path), 'utf8')

interface Step {
  uses?: string
  run?: string
}
interface Job {
  'runs-on': string
  'timeout-minutes': number
  permissions?: Record<string, string>
  needs?: string
  strategy?: { matrix: { include: { target: string; os: string }[] } }
  steps: Step[]
}
interface Workflow {
  on: object
  permissions: object
  jobs: Record<string, Job>
}

describe.each(readdirSync(join(ROOT, '.github/workflows')))('the workflow %s', name => {
  const text = read(`.github/workflows/${name}`)
  const workflow: Workflow = parse(text)
  const steps = Object.values(workflow.jobs).flatMap(job => job.steps)

  test('pins every action to a commit and names its version', () => {
    const uses = text.match(/uses: .*/g) ?? []
    expect(uses).not.toEqual([])
    for (const use of uses) expect(use).toMatch(/^uses: [\w-]+\/[\w-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$/)
  })

  test('has only read permission by default and a timeout for every job', () => {
    expect(workflow.permissions).toEqual({ contents: 'read' })
    for (const job of Object.values(workflow.jobs)) expect(job['timeout-minutes']).toBeGreaterThan(0)
  })

  test('runs only npm scripts and files that exist', () => {
    const runs = steps.map(({ run = '' }) => run).join('\n')
    for (const [, script = ''] of runs.matchAll(/npm run ([\w:]+)/g))
      expect(Object.keys(packageJson.scripts)).toContain(script)
    for (const [file] of runs.matchAll(/\b(?:scripts|bin|container)\/[\w./-]+/g))
      expect(existsSync(join(ROOT, file)), file).toBe(true)
  })

  test('inserts no event data or secrets into shell commands', () => {
    for (const { run = '' } of steps)
      expect(run).not.toMatch(/\$\{\{\s*(?:github\.(?:event|head_ref)|inputs|secrets)/)
  })
})

describe('a release', () => {
  const { jobs, on }: Workflow = parse(read('.github/workflows/release.yml'))

  test('is made for a tag, after the tests, and tries every executable on a machine of its kind', () => {
    expect(on).toEqual({ push: { tags: ['v*.*.*'] } })
    expect(jobs.test?.steps.map(({ run }) => run)).toContain('npm ci && npm test')
    expect(jobs.executables?.needs).toBe('test')
    const { include = [] } = jobs.executables?.strategy?.matrix ?? {}
    expect(include.map(({ target }) => target)).toEqual(TARGETS.map(({ name }) => name))
    for (const { target, os } of include) {
      const [system = '', arch] = target.split('-')
      expect(os).toContain({ linux: 'ubuntu', macos: 'macos', windows: 'windows' }[system])
      expect(/-arm$|^macos-\d+$/.test(os) ? 'arm64' : 'x64').toBe(arch)
    }
    expect(jobs.executables?.steps.map(({ run }) => run)).toContain('npm run test:executable')
  })

  test('lets no job that runs tests publish anything', () => {
    expect(jobs.publish?.permissions).toEqual({
      contents: 'write',
      'id-token': 'write',
      attestations: 'write',
    })
    expect(jobs.image?.permissions).toEqual({ contents: 'read', packages: 'write' })
    for (const name of ['test', 'executables']) expect(jobs[name]).not.toHaveProperty('permissions')
  })

  test('logs the runner of every job', () => {
    for (const [name, { steps }] of Object.entries(jobs)) {
      expect(steps.map(({ run = '' }) => run).join('\n'), name).toContain('$ImageOS $ImageVersion')
    }
  })

  test('is published with provenance from the repository in package.json', () => {
    const runs = jobs.publish?.steps.map(({ run = '' }) => run).join('\n')
    expect(runs).toContain('npm publish ./release/pullguard-*.tgz --provenance')
    expect(packageJson.repository.url).toMatch(/^git\+https:\/\/github\.com\/[\w-]+\/pullguard\.git$/)
    expect(homepageOf(packageJson)).toBe(packageJson.homepage)
  })
})

describe('the container image', () => {
  const lines = read('container/Dockerfile')
    .split('\n')
    .filter(line => /^[A-Z]+ /.test(line))
  const [from = '', ...others] = lines

  test('has a base from outside Docker Hub with a supported Node', () => {
    expect(lines.filter(line => line.startsWith('FROM '))).toEqual([from])
    const [, host = '', node] =
      /^FROM ([\w.-]+\.[a-z]+)\/distroless\/nodejs(\d+)-[a-z0-9]+:\S+$/.exec(from) ?? []
    expect(host).not.toMatch(/docker\.(?:io|com)$/)
    expect(Number(node)).toBeGreaterThanOrEqual(24)
  })

  test('runs as a user without rights, and its build runs and downloads nothing', () => {
    expect(others.map(line => line.split(' ')[0])).toEqual(['COPY', 'COPY', 'USER', 'ENTRYPOINT'])
    expect(others).toContain('USER 65532')
  })

  test('starts the program that it copies, with the shell of its base', () => {
    const entry = JSON.parse(others.at(-1)?.replace('ENTRYPOINT ', '') ?? '')
    expect(entry).toEqual(['/usr/local/bin/pullguard'])
    const script = read('container/pullguard')
    expect(script).toMatch(/^#!\/busybox\/sh\n/)
    const [, file = ''] = /\/opt\/pullguard\/(\S+) "\$@"/.exec(script) ?? []
    expect(file).toBe(packageJson.bin.pullguard)
    // Windows has no such bit.
    if (process.platform !== 'win32')
      expect(statSync(join(ROOT, 'container/pullguard')).mode & 0o111).toBe(0o111)
  })

  test.skipIf(process.platform === 'win32')('is published by a script without syntax errors', () => {
    execFileSync('bash', ['-n', join(ROOT, 'scripts/release/publish-image.sh')])
  })
})

describe('the GitLab component', () => {
  const [header, body] = parseAllDocuments(read('templates/pullguard.yml')).map(document => document.toJS())

  test('declares exactly the inputs that it uses, each with a default', () => {
    const used = JSON.stringify(body).match(/(?<=\$\[\[ inputs\.)[\w-]+(?= \]\])/g)
    expect([...new Set(used)].sort()).toEqual(Object.keys(header.spec.inputs).sort())
    for (const input of Object.values(header.spec.inputs)) {
      expect(input).toEqual({ default: expect.any(String), description: expect.any(String) })
    }
  })

  test('uses the image of this project and a valid command line', async () => {
    const path = new URL(packageJson.homepage).pathname
    expect(header.spec.inputs.image.default).toBe(`ghcr.io${path}`)
    const [job] = Object.values<{ script: string[]; artifacts: { reports: { junit: string } } }>(body)
    const [line = ''] = job?.script ?? []
    const [command = '', file = ''] = line.split(' > ')
    expect(job?.artifacts.reports.junit).toBe(file)
    const home = mkdtempSync(join(tmpdir(), 'pullguard-gitlab-'))
    try {
      const filled = command.replaceAll(
        /\$\[\[ inputs\.([\w-]+) \]\]/g,
        (_all, name) => header.spec.inputs[name].default,
      )
      const [program, ...argv] = filled.split(' ').filter(word => word !== '')
      expect(program).toBe('pullguard')
      const { err } = await runCommandLine([...argv, '--kubeconfig', '/none'], { home })
      expect(err).toContain('/none')
    } finally {
      rmSync(home, { recursive: true })
    }
  })
})
