/**
 * Each folder is one incident that goes through every room: `input.yaml` contains the cluster's objects, `case.yaml` what to do with them,
 * and the other files the expected output. `npx vitest run test/cases -u` writes those again.
 */
import { readdirSync } from 'node:fs'
import { basename, join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { schemaErrors } from '../report/published-schema.ts'
import { type Incident, playIncident, readCase } from './play-incident.ts'

const FOLDERS = readdirSync(import.meta.dirname, { withFileTypes: true })
  .filter(entry => entry.isDirectory())
  .map(entry => join(import.meta.dirname, entry.name))

describe.each(FOLDERS.map(folder => [basename(folder), readCase(folder).about, folder]))(
  '%s: %s',
  (_name, _about, folder) => {
    let incident: Incident
    beforeAll(async () => {
      incident = await playIncident(folder)
    })
    afterAll(() => incident.close())

    test('every golden file matches', async () => {
      for (const [file, text] of incident.files) {
        await expect.soft(text, file).toMatchFileSnapshot(join(folder, file))
      }
      const strangers = readdirSync(folder).filter(file => !incident.files.has(file))
      expect(strangers, 'files that nothing is compared with').toEqual(['case.yaml', 'input.yaml'])
    })

    test('every format exits with the code that the case names', () => {
      expect(incident.exitCodes).toEqual([incident.expectedExit])
    })

    test('a dump gives the same findings as the cluster unless one of them hides something', () => {
      if (incident.hides) expect(incident.live).not.toEqual(incident.dump)
      else expect(incident.live).toEqual(incident.dump)
    })

    test('machine-readable output matches the schema', () => {
      const documents = [...incident.files].filter(([file]) => DOCUMENTS.includes(file))
      for (const [file, text] of documents) expect.soft(schemaErrors(JSON.parse(text)), file).toEqual([])
    })

    test('no file contains a secret', () => {
      for (const [file, text] of incident.files) expect.soft(text, file).not.toMatch(/Pa55word|UGE1NXdvcm/)
    })
  },
)

const DOCUMENTS = ['findings.json', 'why.json', 'plan.json']
