import { useSignal } from '@preact/signals'
import { useEffect, useRef } from 'preact/hooks'
import { ApiError, follow, query } from './api'
import { clockToMillisecond, count, words } from './format'
import { ClientLink } from './lists'
import type { TraceEvent } from './types'
import { Badge, Failure, Table, Text, type Column } from './ui'

/** So many events are shown, the newest. */
const shownMax = 500

interface Line extends TraceEvent { id: number }

/** What came since a trace began. */
class Events {
  private newest: Line[] = []
  since: string | null = null
  /** With those that say that some were left out. */
  taken = 0
  told = 0
  leftOut = 0

  add(event: TraceEvent) {
    if (event.word === 'begin') {
      this.since = event.time
      return
    }
    if (event.word === 'left_out') this.leftOut += event.count ?? 0
    else this.told++
    this.newest.push({ ...event, id: ++this.taken })
    if (this.newest.length >= 2 * shownMax) this.newest.splice(0, this.newest.length - shownMax)
  }

  get lines() {
    return this.newest.slice(-shownMax).reverse()
  }
}

/** A trace that ends with the view it is in: the broker has more to do while one is read. */
const useTrace = () => {
  const isOn = useSignal(false)
  const error = useSignal<ApiError | null>(null)
  const changed = useSignal(0)
  const events = useRef(new Events())
  const reading = useRef<AbortController | null>(null)

  const stop = () => {
    reading.current?.abort()
    reading.current = null
    isOn.value = false
  }
  const start = (fields: Parameters<typeof query>[0]) => {
    stop()
    const cancel = new AbortController()
    const gathered = new Events()
    reading.current = cancel
    events.current = gathered
    isOn.value = true
    error.value = null
    let isDue = false
    const take = (event: TraceEvent) => {
      gathered.add(event)
      if (isDue) return
      isDue = true
      setTimeout(() => {
        isDue = false
        changed.value++
      }, 250)
    }
    const end = (why: ApiError) => {
      if (cancel.signal.aborted) return
      stop()
      error.value = why
    }
    follow<TraceEvent>(`trace${query(fields)}`, cancel.signal, take).then(
      () => end(new ApiError(0, 'The broker has ended the trace.')),
      (failure: unknown) => end(failure instanceof ApiError ? failure : new ApiError(0, 'The trace broke off.')))
  }
  useEffect(() => () => reading.current?.abort(), [])
  return { isOn, error, events, turn: changed.value, start, stop }
}

/** What becomes of any messages and clients. */
export const TracePage = () => {
  const trace = useTrace()
  const client = useSignal('')
  const topic = useSignal('')
  const address = useSignal('')
  const isOn = trace.isOn.value
  return (
    <>
      <div class="bar"><h1>Trace</h1><span class="note">What becomes of messages and clients, from now on</span></div>
      <form class="card form" aria-label="Trace" onSubmit={(event) => {
        event.preventDefault()
        if (isOn) trace.stop()
        else trace.start({ client: client.value, topic: topic.value.trim(), address: address.value.trim() })
      }}>
        <Text label="Client id" value={client} placeholder="any" disabled={isOn} />
        <Text label="Topic filter" value={topic} placeholder="any" disabled={isOn} />
        <Text label="Address" value={address} placeholder="IP, IP:port, network or socket" disabled={isOn} />
        <button class={isOn ? undefined : 'main'}>{isOn ? 'Stop' : 'Follow'}</button>
      </form>
      <Failure of={trace.error} />
      <section class="card trace" aria-label="Events"><Shown trace={trace} columns={columns} /></section>
    </>
  )
}

/** What happens to a client and to the messages that it publishes. */
export const ClientTrace = ({ id }: { id: string }) => {
  const trace = useTrace()
  const isOn = trace.isOn.value
  return (
    <section class="card trace" aria-label="Trace">
      <div class="bar">
        <h2>Trace</h2>
        <button type="button" onClick={() => (isOn ? trace.stop() : trace.start({ client: id }))}>
          {isOn ? 'Stop' : 'Follow'}
        </button>
      </div>
      <Failure of={trace.error} />
      <Shown trace={trace} columns={columns.filter((one) => one.head !== 'Address')} />
    </section>
  )
}

const Shown = ({ trace, columns }: { trace: ReturnType<typeof useTrace>; columns: Column<Line>[] }) => {
  const { since, taken, told, leftOut, lines } = trace.events.current
  const isOn = trace.isOn.value
  return (
    <>
      <p class="unseen" role="status">{since !== null && (isOn ? 'The trace is on.' : 'The trace has stopped.')}</p>
      {since !== null && (
        <p class="note">
          {count(told)} {told === 1 ? 'event' : 'events'} since {clockToMillisecond(since)}
          {taken > shownMax && `, the newest ${shownMax} here`}
          {leftOut > 0 && <>; <b>{count(leftOut)} left out</b>, which were more than a trace takes: follow less</>}
          {!isOn && '; stopped'}.
        </p>
      )}
      <Table label="Events" columns={columns} rows={lines} keyOf={(one) => `${one.id}`}
        none={since === null ? (isOn ? 'It begins.' : 'Follow shows what happens from then on.')
          : isOn ? 'Nothing so far.' : 'Nothing happened.'} />
    </>
  )
}

const kinds: Record<string, string> = {
  connect: 'good', accepted: 'good', acked: 'good', connect_refused: 'bad', refused: 'bad', dropped: 'bad', expired: 'warn',
  left_out: 'warn',
}

const columns: Column<Line>[] = [
  { head: 'Time', cell: (one) => <time dateTime={one.time}>{clockToMillisecond(one.time)}</time> },
  {
    head: 'Word',
    cell: (one) => <>
      <Badge kind={kinds[one.word] ?? 'dim'}>{words(one.word)}</Badge>
      {one.dup && <Badge kind="warn">again</Badge>}
      {one.count !== undefined && <span class="times"> × {count(one.count)}</span>}
    </>,
  },
  { head: 'Client', cell: (one) => (one.clientId ? <ClientLink id={one.clientId} /> : '') },
  { head: 'Address', wide: true, cell: (one) => one.address ?? '' },
  { head: 'Topic', cell: (one) => <span class="id">{one.topic}</span> },
  { head: 'Publisher', wide: true, cell: (one) => (one.publisherId ? <ClientLink id={one.publisherId} /> : '') },
  { head: 'QoS', num: true, wide: true, cell: (one) => one.qos ?? '' },
  { head: 'Packet id', num: true, wide: true, cell: (one) => one.packetId ?? '' },
  { head: 'Bytes', num: true, wide: true, cell: (one) => (one.bytes === undefined ? '' : count(one.bytes)) },
  { head: 'Cause', cell: (one) => (one.cause ? words(one.cause) : '') },
]
