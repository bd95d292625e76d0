import { useSignal } from '@preact/signals'
import { ApiError, post } from './api'
import { instant } from './format'
import { useLive } from './live'
import type { Configuration, Finding, Option, Reloaded } from './types'
import { Action, Badge, Failure, Table, Tick } from './ui'

export const ConfigurationPage = () => {
  const held = useLive<Configuration>('configuration', 10_000)
  const found = useLive<{ findings: Finding[] }>('configuration/findings', 30_000)
  const failed = useSignal<ApiError | null>(null)
  const outcome = useSignal<Reloaded | null>(null)
  const onlySaid = useSignal(true)
  const reload = async () => {
    outcome.value = null
    outcome.value = await post<Reloaded>('reload')
    held.again()
    found.again()
  }
  const configuration = held.value.value
  return (
    <>
      <div class="bar">
        <h1>Configuration</h1>
        <Action error={failed} run={reload}>Reload</Action>
      </div>
      {configuration && (
        <p class="note">
          {configuration.file === undefined ? 'Without a file' : <span class="id">{configuration.file}</span>}, as read at{' '}
          {instant(configuration.at)}
        </p>
      )}
      <Failure of={failed} />
      <Failure of={held.error} />
      <Failure of={found.error} />
      {outcome.value && <Outcome of={outcome.value} />}
      {configuration && configuration.needsRestart.length > 0 && (
        <section class="card">
          <h2>Takes effect at the next start</h2>
          <ul>{configuration.needsRestart.map((one) => <li key={one}>{one}</li>)}</ul>
        </section>
      )}
      {found.value.value && <Findings of={found.value.value.findings} />}
      {configuration && (
        <>
          <Tick label="only what a file says" value={onlySaid} />
          {configuration.sections.map((section) => (
            <section class="card even" key={section.name}>
              <h2>{section.name}{section.openedBy && <small> {section.openedBy}</small>}</h2>
              <Table label={section.name} rows={numbered(section.options, onlySaid.value)} keyOf={(one) => one.key}
                none="All as it is by default." columns={[
                  { head: 'Option', cell: (one) => <span class="id">{one.name}</span> },
                  { head: 'Value', cell: (one) => <span class="id">{one.value}</span> },
                  { head: 'From', wide: true, cell: (one) => (one.line === undefined ? <i>default</i> : place(one)) },
                ]} />
            </section>
          ))}
        </>
      )}
    </>
  )
}

// An option may be said several times.
const numbered = (options: Option[], onlySaid: boolean) =>
  options.map((one, at) => ({ ...one, key: `${at}` })).filter((one) => !onlySaid || one.line !== undefined)

const place = (one: Option) => `${one.file ?? 'the command line'}:${one.line}`

const Outcome = ({ of }: { of: Reloaded }) => (
  <section class="card" role="status">
    <h2>Reloaded</h2>
    <Table label="What changed" rows={of.changed} keyOf={(one) => `${one.section} ${one.name}`} none="No option changed."
      columns={[
        { head: 'Where', cell: (one) => one.section },
        { head: 'Option', cell: (one) => <span class="id">{one.name}</span> },
        { head: 'Before', cell: (one) => one.before ?? '' },
        { head: 'Now', cell: (one) => one.after ?? '' },
      ]} />
    {[...of.needsRestart, ...of.warnings].map((one) => <p key={one}>{one}</p>)}
  </section>
)

const kinds = { error: 'bad', warning: 'warn', note: 'dim' }

const Findings = ({ of }: { of: Finding[] }) => (
  <section class="card">
    <h2>Findings <small>what the files say now</small></h2>
    {of.length === 0
      ? <p class="none">Nothing is wrong.</p>
      : (
        <ul class="findings">
          {of.map((one, at) => (
            <li key={at}>
              <Badge kind={kinds[one.severity]}>{one.severity}</Badge>
              <div>
                {one.text}
                <small>
                  {one.file && <span class="id">{one.file}{one.line > 0 && `:${one.line}:${one.column}`}</span>} {one.rule}
                </small>
              </div>
            </li>
          ))}
        </ul>
      )}
  </section>
)
