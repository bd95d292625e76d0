import { useSignal } from '@preact/signals'
import { useEffect, useRef } from 'preact/hooks'
import { ApiError, follow, query } from './api'
import { clock, count } from './format'
import { propertyFacts, Payload } from './retained'
import { linkTo } from './route'
import type { Message } from './types'
import { Facts, Failure, Tick } from './ui'

interface Branch { name: string; topic: string; children: Map<string, Branch>; last?: Message; at?: Date; messages: number }

/** So many topics are kept; a broker may have millions. */
const topicsMax = 20_000
const shownMax = 200

const newBranch = (name: string, topic: string): Branch => ({ name, topic, children: new Map(), messages: 0 })

class Tree {
  readonly root = newBranch('', '')
  topics = 0
  left = 0

  add(message: Message) {
    let branch = this.root
    const path: Branch[] = []
    const levels = message.topic.split('/')
    for (const [depth, name] of levels.entries()) {
      let next = branch.children.get(name)
      if (!next) {
        if (this.topics >= topicsMax) {
          this.left++
          return
        }
        next = newBranch(name, levels.slice(0, depth + 1).join('/'))
        branch.children.set(name, next)
      }
      path.push(next)
      branch = next
    }
    if (!branch.last) this.topics++
    branch.last = message
    branch.at = new Date()
    for (const one of path) one.messages++
  }
}

/** What is retained, and what is published while one looks. */
export const Topics = () => {
  const text = useSignal('#')
  const wanted = useSignal('#')
  const wantsSys = useSignal(false)
  const error = useSignal<ApiError | null>(null)
  const changed = useSignal(0)
  const chosen = useSignal<string | null>(null)
  const open = useSignal<ReadonlySet<string>>(new Set())
  const tree = useRef(new Tree())

  useEffect(() => {
    const cancel = new AbortController()
    const grown = new Tree()
    tree.current = grown
    changed.value++
    error.value = null
    let timer = 0
    const take = (message: Message) => {
      grown.add(message)
      timer ||= window.setTimeout(() => {
        timer = 0
        changed.value++
      }, 250)
    }
    const filters = wantsSys.value && wanted.value === '#' ? ['#', '$SYS/#'] : [wanted.value]
    for (const filter of filters) {
      follow<Message>(`messages${query({ filter })}`, cancel.signal, take).then(
        () => (error.value = new ApiError(0, 'The broker has ended the stream of messages.')),
        (failure: unknown) => {
          if (cancel.signal.aborted) return
          error.value = failure instanceof ApiError ? failure : new ApiError(0, 'The stream of messages broke off.')
        })
    }
    return () => {
      cancel.abort()
      clearTimeout(timer)
    }
  }, [wanted.value, wantsSys.value])

  const turn = changed.value
  const { root, topics, left } = tree.current
  const at = chosen.value === null ? undefined : find(root, chosen.value)
  return (
    <>
      <div class="bar">
        <h1>Topics</h1>
        <form class="search" onSubmit={(event) => {
          event.preventDefault()
          wanted.value = text.value || '#'
        }}>
          <label class="unseen" for="topic-filter">Topic filter</label>
          <input id="topic-filter" class="id" value={text.value} spellcheck={false} autocomplete="off"
            onInput={(event) => (text.value = event.currentTarget.value)} />
          <button>Follow</button>
        </form>
        <Tick label="with $SYS" value={wantsSys} disabled={wanted.value !== '#'} />
      </div>
      <p class="note" aria-live="off">
        What is retained, and what has been published since this page was opened: {count(topics)} topics,{' '}
        {count([...root.children.values()].reduce((all, one) => all + one.messages, 0))} messages
        {left > 0 && `; ${count(left)} more were about further topics, of which no more are kept`}.
      </p>
      <Failure of={error} />
      <div class="split">
        {root.children.size === 0
          ? <p class="none">Nothing so far.</p>
          : <ul class="tree" role="tree" aria-label="Topics" onKeyDown={move}>
            <Children of={root} level={1} turn={turn} open={open} chosen={chosen} />
          </ul>}
        {at && <Chosen branch={at} turn={turn} />}
      </div>
    </>
  )
}

const find = (root: Branch, topic: string) =>
  topic.split('/').reduce<Branch | undefined>((branch, name) => branch?.children.get(name), root)

const Chosen = ({ branch }: { branch: Branch; turn: number }) => (
  <section class="card chosen" aria-label="Last value">
    <h2 class="id">{branch.topic}</h2>
    {branch.last
      ? <>
        <Facts facts={[
          ['At', branch.at && clock(branch.at)],
          ['QoS', branch.last.qos],
          ['Retained', branch.last.retain ? <a href={linkTo('retained', branch.topic)}>yes</a> : 'no'],
          ['Published by', branch.last.publisherId
            ? <a href={linkTo('client', branch.last.publisherId)}>{branch.last.publisherId}</a> : 'the broker'],
          ...propertyFacts(branch.last.properties),
        ]} />
        <Payload payload={branch.last.payload} text={branch.last.text} />
      </>
      : <p class="none">Nothing was published on this level itself.</p>}
  </section>
)

interface ChildrenProps {
  of: Branch
  level: number
  /** Rises when something below has changed: a branch is the same object then, and would not be drawn again. */
  turn: number
  open: { value: ReadonlySet<string> }
  chosen: { value: string | null }
}

const Children = ({ of, level, turn, open, chosen }: ChildrenProps) => {
  const all = [...of.children.values()].sort((one, other) => (one.name < other.name ? -1 : 1))
  return (
    <>
      {all.slice(0, shownMax).map((branch) => (
        <Node key={branch.name} branch={branch} level={level} turn={turn} open={open} chosen={chosen} />
      ))}
      {all.length > shownMax && <li class="none">{count(all.length - shownMax)} more: narrow the filter.</li>}
    </>
  )
}

const Node = ({ branch, level, turn, open, chosen }: Omit<ChildrenProps, 'of'> & { branch: Branch }) => {
  const isOpen = open.value.has(branch.topic)
  const hasChildren = branch.children.size > 0
  const toggle = () => {
    const next = new Set(open.value)
    if (isOpen) next.delete(branch.topic)
    else next.add(branch.topic)
    open.value = next
  }
  const choose = () => {
    chosen.value = branch.topic
    if (hasChildren) toggle()
  }
  return (
    <li role="none">
      <div role="treeitem" tabIndex={0} class="branch" data-topic={branch.topic} aria-level={level}
        aria-expanded={hasChildren ? isOpen : undefined} aria-selected={chosen.value === branch.topic}
        onClick={choose}
        onKeyDown={(event) => {
          if (event.key === 'Enter' || event.key === ' ') choose()
          else if (event.key === 'ArrowRight' && hasChildren && !isOpen) toggle()
          else if (event.key === 'ArrowLeft' && isOpen) toggle()
          else return
          event.preventDefault()
        }}>
        <span class="twist" aria-hidden="true">{hasChildren ? (isOpen ? '▾' : '▸') : ''}</span>
        <span class="name">{branch.name || <i>(empty)</i>}</span>
        {branch.last && <span class="value">{preview(branch.last)}</span>}
        {hasChildren && !isOpen && <span class="many">{count(branch.children.size)} below</span>}
      </div>
      {isOpen && hasChildren && (
        <ul role="group"><Children of={branch} level={level + 1} turn={turn} open={open} chosen={chosen} /></ul>
      )}
    </li>
  )
}

const preview = (message: Message) => {
  if (message.payload === '') return '(empty)'
  if (message.text === undefined) return `${Math.floor((message.payload.length * 3) / 4)} bytes`
  return message.text.length > 80 ? `${message.text.slice(0, 80)}…` : message.text
}

const move = (event: KeyboardEvent) => {
  if (event.key !== 'ArrowDown' && event.key !== 'ArrowUp') return
  const all = [...document.querySelectorAll<HTMLElement>('.tree .branch')]
  const next = all[all.indexOf(document.activeElement as HTMLElement) + (event.key === 'ArrowDown' ? 1 : -1)]
  if (!next) return
  event.preventDefault()
  next.focus()
}
