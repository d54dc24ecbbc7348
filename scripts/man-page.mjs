// Generates man/pullguard.1 from the program's own help, so that the page and `--help` can't differ.
import { mkdir, writeFile } from 'node:fs/promises'
import packageJson from '../package.json' with { type: 'json' }
import { TOPICS } from '../src/cli/help-topics.ts'
import { buildProgram } from '../src/cli/program.ts'

/** Returns the page in groff's man macros. */
export function manPage() {
  let written = ''
  const host = {
    program: 'pullguard',
    version: packageJson.version,
    helpWidth: 80,
    writeOut: text => {
      written += text
    },
  }
  const program = buildProgram(host, () => {})
  const help = program.createHelp()
  const commands = help.visibleCommands(program).filter(command => command.name() !== 'help')
  const common = commands.find(command => command.name() === 'options')
  const shownHelp = command => {
    written = ''
    command.outputHelp()
    return written
  }
  return [
    `.TH PULLGUARD 1 "" "pullguard ${escaped(packageJson.version)}" "User Commands"`,
    '.SH NAME',
    `pullguard \\- ${escaped(packageJson.description)}`,
    '.SH SYNOPSIS',
    '.B pullguard',
    '.I command',
    '.RI [ options ]',
    '.br',
    '.B kubectl pullguard',
    '.I command',
    '.RI [ options ]',
    '.SH DESCRIPTION',
    ...paragraph(help.commandDescription(program)),
    ...examples(shownHelp(program)),
    '.SH COMMANDS',
    ...commands.filter(command => command !== common).flatMap(section),
    '.SH OPTIONS',
    ...paragraph('Most commands have these as well, before or after the command.'),
    ...help.visibleOptions(common).flatMap(option => row(option.flags, help.optionDescription(option))),
    '.SH ENVIRONMENT',
    ...TOPICS.environment.rows.flatMap(([name, meaning]) => row(name, meaning)),
    '.SH EXIT STATUS',
    ...TOPICS['exit-codes'].rows.flatMap(([code, meaning]) => row(code, meaning)),
    '.SH SEE ALSO',
    '.BR kubectl (1)',
    '.PP',
    escaped(packageJson.homepage),
    '',
  ].join('\n')

  function section(command) {
    return [
      `.SS ${escaped(help.commandUsage(command))}`,
      ...paragraph(sentence(help.commandDescription(command))),
      ...help
        .visibleArguments(command)
        .flatMap(argument => row(help.argumentTerm(argument), help.argumentDescription(argument))),
      ...help
        .visibleOptions(command)
        .filter(({ long }) => long !== '--help')
        .flatMap(option => row(option.flags, help.optionDescription(option))),
      ...examples(shownHelp(command)),
    ]
  }
}

/** Writes man/pullguard.1. */
export async function writeManPage() {
  await mkdir('man', { recursive: true })
  await writeFile('man/pullguard.1', manPage())
}

const sentence = text => `${text.charAt(0).toUpperCase()}${text.slice(1)}.`
const paragraph = text => ['.PP', line(text)]
const row = (term, meaning) => ['.TP', `.B ${escaped(term)}`, line(meaning)]

/** Returns the examples in a help text, with their line breaks. */
function examples(text) {
  const [, after] = text.split(/^Examples:\n/m)
  if (after === undefined) return []
  const lines = after
    .replace(/^More [\s\S]*/m, '')
    .trimEnd()
    .split('\n')
  return ['.PP', 'Examples:', '.PP', '.nf', ...lines.map(line), '.fi']
}

/** Escapes a line of text so that groff does not read it as a request. */
const line = text => escaped(text).replace(/^(?=[.'])/, '\\&')

/** Escapes characters that are special in roff, keeps hyphens copyable, and avoids characters that an output device may lack. */
function escaped(text) {
  return text
    .replaceAll('\\', '\\e')
    .replaceAll('-', '\\-')
    .replaceAll("'", '\\(aq')
    .replaceAll('`', '\\(ga')
    .replaceAll('…', '...')
    .replace(
      /[^\0-\x7f]/gu,
      each => `\\[u${each.codePointAt(0).toString(16).toUpperCase().padStart(4, '0')}]`,
    )
}
