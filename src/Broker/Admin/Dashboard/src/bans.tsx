import { useSignal } from '@preact/signals'
import { ApiError, post, query, remove } from './api'
import { count, duration } from './format'
import type { Ban, Banned } from './types'
import { Choice, Confirm, Failure, List, Text, Tick } from './ui'

const kinds: [Ban['as'], string][] = [
  ['clientid', 'client id'], ['username', 'user name'], ['peerhost', 'address'], ['peerhost_net', 'network'],
]

const times: [string, string][] = [
  ['', 'for ever'], ['3600', 'for an hour'], ['86400', 'for a day'], ['604800', 'for a week'], ['2592000', 'for 30 days'],
]

/** Who may not connect. */
export const Bans = () => (
  <>
    <List<Ban> title="Bans" path="bans" parameter="filter" hint="who, by whom or why"
      keyOf={(one) => `${one.as} ${one.who}`} none="Nobody is banned."
      columns={[
        { head: 'Who', cell: (one) => <span class="id">{one.who}</span> },
        { head: 'As', cell: (one) => kinds.find(([kind]) => kind === one.as)?.[1] ?? one.as },
        { head: 'Ends in', cell: (one) => (one.remainingSeconds === undefined ? 'never' : duration(one.remainingSeconds)) },
        { head: 'By', wide: true, cell: (one) => one.by },
        { head: 'Reason', wide: true, cell: (one) => one.reason ?? '' },
        {
          head: 'Ban', cell: (one) => (
            <Confirm action="Lift" question={`Lift the ban of ${one.who}?`} consequence="It may connect again at once."
              run={async () => {
                await remove(`bans${query({ as: one.as, who: one.who })}`)
              }} />
          ),
        },
      ]} />
    <NewBan />
  </>
)

const NewBan = () => {
  const kind = useSignal<string>('clientid')
  const who = useSignal('')
  const reason = useSignal('')
  const seconds = useSignal('3600')
  const disconnects = useSignal(true)
  const deletes = useSignal(false)
  const error = useSignal<ApiError | null>(null)
  const busy = useSignal(false)
  const done = useSignal<Banned | null>(null)
  const ban = async () => {
    busy.value = true
    error.value = null
    done.value = null
    try {
      done.value = await post<Banned>('bans', {
        as: kind.value, who: kind.value.startsWith('peerhost') ? who.value.trim() : who.value,
        reason: reason.value || undefined,
        seconds: seconds.value === '' ? undefined : Number(seconds.value), disconnect: disconnects.value,
        delete_sessions: disconnects.value && deletes.value,
      })
      who.value = ''
    } catch (failure) {
      error.value = failure instanceof ApiError ? failure : new ApiError(0, String(failure))
    } finally {
      busy.value = false
    }
  }
  return (
    <form class="card form" aria-label="New ban" onSubmit={(event) => {
      event.preventDefault()
      void ban()
    }}>
      <Choice label="As" value={kind} of={kinds} />
      <Text label="Who" value={who} class="grow"
        placeholder={kind.value === 'peerhost_net' ? '192.0.2.0/24' : kind.value === 'peerhost' ? '192.0.2.7' : ''} />
      <Text label="Reason" value={reason} class="grow" />
      <Choice label="Time" value={seconds} of={times} />
      <Tick label="Disconnect" value={disconnects} />
      <Tick label="Delete sessions" value={deletes} disabled={!disconnects.value} />
      <button class="danger" disabled={busy.value}>Ban</button>
      <Failure of={error} />
      {done.value && (
        <p class="note" role="status">
          Banned {done.value.ban.who}; {count(done.value.disconnected)} disconnected, {count(done.value.sessionsDeleted)} sessions
          deleted.
        </p>
      )}
    </form>
  )
}
