import { effect, signal } from '@preact/signals'
import { ApiError, get, refused, token } from './api'
import type { Figures, Version } from './types'

/** Ten minutes, one a second. */
const samplesMax = 600
const period = 1000

export const names = [
  'received', 'sent', 'bytesIn', 'bytesOut', 'connections', 'away', 'p50', 'p99', 'waiting', 'inFlight', 'dropped', 'refused',
] as const
export type Name = (typeof names)[number]

export const figures = signal<Figures | null>(null)
export const version = signal<Version | null>(null)

/** Why the figures stand still; null: they do not. */
export const trouble = signal<string | null>(null)

/** Rises with each sample. */
export const ticks = signal(0)

export const times: number[] = []
export const series = Object.fromEntries(names.map((name) => [name, []])) as unknown as Record<Name, (number | null)[]>
let last: Figures | null = null

const sum = (counts: Record<string, number>) => Object.values(counts).reduce((all, one) => all + one, 0)

const push = (at: number, values: Partial<Record<Name, number>>) => {
  times.push(at)
  for (const name of names) series[name].push(values[name] ?? null)
  while (times.length > samplesMax) {
    times.shift()
    for (const name of names) series[name].shift()
  }
  ticks.value++
}

const take = (now: Figures) => {
  const at = Date.parse(now.at) / 1000
  const before = last
  // The same reading is given to all who ask within half a second.
  if (before?.at === now.at) return
  // A broker that was started anew counts from 0.
  const isNew = before === null || now.uptimeSeconds < before.uptimeSeconds
  const seconds = isNew ? 0 : at - Date.parse(before.at) / 1000
  const perSecond = (value: (one: Figures) => number) =>
    isNew || seconds <= 0 ? undefined : Math.max(0, (value(now) - value(before)) / seconds)
  last = now
  figures.value = now
  push(at, {
    received: perSecond((one) => one.messagesReceived),
    sent: perSecond((one) => one.messagesSent),
    bytesIn: perSecond((one) => one.bytesReceived),
    bytesOut: perSecond((one) => one.bytesSent),
    connections: now.connections,
    away: now.sessionsAway,
    p50: now.store.commitP50Seconds === undefined ? undefined : now.store.commitP50Seconds * 1000,
    p99: now.store.commitP99Seconds === undefined ? undefined : now.store.commitP99Seconds * 1000,
    waiting: now.waiting,
    inFlight: now.inFlight,
    dropped: perSecond((one) => sum(one.dropped)),
    refused: perSecond((one) => sum(one.refused)),
  })
}

const poll = async () => {
  const startedAt = performance.now()
  if (refused.value === null) {
    try {
      version.value ??= await get<Version>('version')
      take(await get<Figures>('figures', AbortSignal.timeout(5000)))
      trouble.value = null
    } catch (error) {
      trouble.value = error instanceof ApiError ? error.message : 'The broker does not answer.'
      version.value = null
      if (refused.value === null && times.length > 0) push(Date.now() / 1000, {})
    }
  }
  setTimeout(poll, Math.max(100, period - (performance.now() - startedAt)))
}

/** Polls for as long as the page is open. What another token saw is not kept. */
export const start = () => {
  let owner = token.peek()
  effect(() => {
    if (token.value === owner) return
    owner = token.value
    last = null
    figures.value = null
    times.length = 0
    for (const name of names) series[name].length = 0
  })
  void poll()
}

/** The value of now; null: not known. */
export const latest = (name: Name) => series[name].at(-1) ?? null
