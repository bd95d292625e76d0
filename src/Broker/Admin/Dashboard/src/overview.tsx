import { figures, latest, ticks } from './figures'
import { bytes, count, duration, milliseconds, rate, words } from './format'
import { useLive } from './live'
import { Plot } from './plot'
import { linkTo } from './route'
import type { Figures, Listener, Slow } from './types'
import { Badge, Table } from './ui'

export const Overview = () => (
  <>
    <h1 class="unseen">Overview</h1>
    <Tiles />
    <div class="plots">
      <Plot title="Messages" least={10} format={(v) => `${rate(v)}/s`}
        lines={[{ name: 'received', label: 'in' }, { name: 'sent', label: 'out' }]} />
      <Plot title="Bytes" least={1000} format={(v) => `${bytes(v)}/s`}
        lines={[{ name: 'bytesIn', label: 'in' }, { name: 'bytesOut', label: 'out' }]} />
      <Plot title="Commit latency" least={1} format={(v) => milliseconds(v / 1000)}
        lines={[{ name: 'p50', label: 'half' }, { name: 'p99', label: '99 of 100' }]} />
      <Plot title="Queues" least={10} format={count}
        lines={[{ name: 'waiting', label: 'waiting' }, { name: 'inFlight', label: 'in flight' }]} />
      <Plot title="Connections" least={10} format={count}
        lines={[{ name: 'connections', label: 'connected' }, { name: 'away', label: 'away' }]} />
      <Plot title="Lost" least={10} format={(v) => `${rate(v)}/s`}
        lines={[{ name: 'dropped', label: 'dropped' }, { name: 'refused', label: 'refused' }]} />
    </div>
    <div class="pair">
      <Losses />
      <SlowClients />
      <Listeners />
    </div>
  </>
)

const Tile = ({ name, value, more, kind }: { name: string; value: string; more?: string; kind?: string }) => (
  <div class={`tile ${kind ?? ''}`}><dt>{name}</dt><dd>{value}{more && <small>{more}</small>}</dd></div>
)

const Tiles = () => {
  const now = figures.value
  ticks.value
  if (!now) return null
  const perSecond = (value: number | null) => (value === null ? '–' : `${rate(value)}/s`)
  return (
    <dl class="tiles">
      <Tile name="Messages in" value={perSecond(latest('received'))} more={`${count(now.messagesReceived)} in all`} />
      <Tile name="Messages out" value={perSecond(latest('sent'))} more={`${count(now.messagesSent)} in all`} />
      <Tile name="Connections" value={count(now.connections)} more={`${count(now.sessionsAway)} away`} />
      <Tile name="Subscriptions" value={count(now.subscriptions)} more={`${count(now.sharedSubscriptions)} shared`} />
      <Tile name="Retained" value={count(now.retained)} more={bytes(now.retainedBytes)} />
      <Tile name="Waiting" value={count(now.waiting)} more={`longest queue ${count(now.longestQueue)}`} />
      <Tile name="Commit" kind={now.store.up ? '' : 'bad'}
        value={!now.store.up ? 'store down'
          : now.store.commitP99Seconds === undefined ? '–' : milliseconds(now.store.commitP99Seconds)}
        more={now.store.up ? `${count(now.store.commits)} commits` : `${bytes(now.store.pendingBytes)} wait`} />
      <Tile name="Memory" value={bytes(now.residentBytes)} more={`heap ${bytes(now.heapBytes)}`} />
    </dl>
  )
}

const lossesOf = (now: Figures) =>
  [...Object.entries(now.dropped).map(([cause, many]) => ({ cause, many, what: 'dropped' })),
    ...Object.entries(now.refused).map(([cause, many]) => ({ cause, many, what: 'refused' }))]
    .filter((one) => one.many > 0).sort((one, other) => other.many - one.many)

const Losses = () => {
  const now = figures.value
  if (!now) return null
  return (
    <section class="card">
      <h2>Lost since the start</h2>
      <Table label="Lost since the start" rows={lossesOf(now)} keyOf={(one) => one.what + one.cause} none="No message was lost."
        columns={[
          { head: 'Cause', cell: (one) => words(one.cause) },
          { head: 'What', cell: (one) => one.what },
          { head: 'Messages', num: true, cell: (one) => count(one.many) },
        ]} />
    </section>
  )
}

const SlowClients = () => {
  const { value } = useLive<{ items: Slow[]; count: number }>('slow?limit=8')
  if (!value.value) return null
  return (
    <section class="card">
      <h2>Slow clients{value.value.count > 8 ? `, the first 8 of ${value.value.count}` : ''}</h2>
      <Table label="Slow clients" rows={value.value.items} keyOf={(one) => one.clientId} none="Nothing waits for a client."
        columns={[
          { head: 'Client', cell: (one) => <a href={linkTo('client', one.clientId)}>{one.clientId || '(empty)'}</a> },
          { head: 'For', num: true, cell: (one) => duration(one.waitSeconds) },
          { head: 'Waiting', num: true, cell: (one) => count(one.waiting) },
          { head: 'In flight', num: true, cell: (one) => count(one.inFlight) },
        ]} />
    </section>
  )
}

const Listeners = () => {
  const { value } = useLive<Listener[]>('listeners', 5000)
  if (!value.value) return null
  return (
    <section class="card">
      <h2>Listeners</h2>
      <Table label="Listeners" rows={value.value} keyOf={(one) => one.name} none="There is no listener for clients."
        columns={[
          { head: 'Where', cell: (one) => one.unixSocket ?? `${one.address ?? '*'}:${one.port}` },
          { head: 'Speaks', cell: (one) => <>{one.protocol}{one.tls && <Badge kind="good">TLS</Badge>}</> },
          { head: 'Connections', num: true,

            cell: (one) => count(one.connections)
              + (one.connectionsMax === undefined ? '' : ` of ${count(one.connectionsMax)}`) },
        ]} />
    </section>
  )
}
