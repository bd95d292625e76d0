import './style.css'
import { useSignal } from '@preact/signals'
import { render } from 'preact'
import { useEffect, useRef } from 'preact/hooks'
import { logIn, logOut, refused, token } from './api'
import { Bans } from './bans'
import { ClientPage } from './client'
import { ConfigurationPage } from './configuration'
import { figures, start, trouble, version } from './figures'
import { duration } from './format'
import { Clients, RetainedList, Sessions, Subscriptions } from './lists'
import { Overview } from './overview'
import { RetainedMessage } from './retained'
import { linkTo, route, type Route } from './route'
import { TestClient } from './test-client'
import { setTheme, theme, type Theme } from './theme'
import { Topics } from './topics'
import { TracePage } from './trace'
import { Badge, Text } from './ui'

const views: [string, string][] = [
  ['overview', 'Overview'], ['clients', 'Clients'], ['sessions', 'Sessions'], ['subscriptions', 'Subscriptions'],
  ['retained', 'Retained'], ['topics', 'Topics'], ['trace', 'Trace'], ['bans', 'Bans'], ['test', 'Test client'],
  ['configuration', 'Configuration'],
]

const View = ({ view, about }: Route) => {
  switch (view) {
    case 'overview': return <Overview />
    case 'clients': return <Clients />
    case 'client': return <ClientPage id={about} key={about} />
    case 'sessions': return <Sessions />
    case 'subscriptions': return <Subscriptions />
    case 'retained': return about === '' ? <RetainedList /> : <RetainedMessage topic={about} key={about} />
    case 'topics': return <Topics />
    case 'trace': return <TracePage />
    case 'bans': return <Bans />
    case 'test': return <TestClient />
    case 'configuration': return <ConfigurationPage />
    default: return <p class="none">There is no such page. <a href={linkTo('overview')}>Overview</a></p>
  }
}

const titleOf = ({ view, about }: Route) =>
  about !== '' ? about : view === 'client' ? 'Client' : views.find(([key]) => key === view)?.[1] ?? 'Broker'

const App = () => {
  const main = useRef<HTMLElement>(null)
  const isFirst = useRef(true)
  useEffect(() => {
    document.title = `${titleOf(route.value)} · Broker`
    // Who reads by ear or goes by keyboard begins at the new view.
    if (!isFirst.current) main.current?.focus({ preventScroll: true })
    isFirst.current = false
    document.querySelector('.views [aria-current]')?.scrollIntoView({ block: 'nearest', inline: 'center' })
  }, [route.value])
  if (refused.value !== null) return <LogIn why={refused.value} />
  const current = route.value.view === 'client' ? 'clients' : route.value.view
  return (
    <>
      <a class="skip" href="#main" onClick={(event) => {
        event.preventDefault()
        main.current?.focus()
      }}>To the content</a>
      <header class="top">
        <a class="brand" href={linkTo('overview')}>Broker</a>
        <Health />
        <div class="tools">
          <ThemeChoice />
          {token.value !== null && <button type="button" onClick={logOut}>Log out</button>}
        </div>
      </header>
      <nav class="views" aria-label="Views">
        {views.map(([key, name]) => (
          <a href={linkTo(key)} key={key} aria-current={key === current ? 'page' : undefined}>{name}</a>
        ))}
      </nav>
      <main ref={main} tabIndex={-1} id="main"><View {...route.value} /></main>
    </>
  )
}

const Health = () => {
  const now = figures.value
  const kind = trouble.value !== null ? 'bad' : now && !now.store.up ? 'warn' : 'good'
  return (
    <div class="health" role="status">
      {trouble.value !== null
        ? <Badge kind="bad">{trouble.value}</Badge>
        : now && <Badge kind={kind}>{now.store.up ? 'healthy' : 'the store takes no commits'}</Badge>}
      {version.value && now && <span class="note">{version.value.version}, up {duration(now.uptimeSeconds)}</span>}
    </div>
  )
}

const themes: [Theme, string][] = [['system', 'Auto'], ['light', 'Light'], ['dark', 'Dark']]

const ThemeChoice = () => (
  <select aria-label="Colours" value={theme.value} onChange={(event) => setTheme(event.currentTarget.value as Theme)}>
    {themes.map(([key, name]) => <option value={key} key={key}>{name}</option>)}
  </select>
)

const LogIn = ({ why }: { why: string }) => {
  const text = useSignal('')
  return (
    <main class="login">
      <form class="card" onSubmit={(event) => {
        event.preventDefault()
        if (text.value.trim() !== '') logIn(text.value.trim())
      }}>
        <h1>Broker</h1>
        <Text label="Token" type="password" value={text} class="grow" />
        <button class="main">Log in</button>
        {why !== '' && <p class="failure" role="alert">{why}</p>}
        <p class="note">
          A line of <code>admin_token_file</code> is <code>NAME:TOKEN</code>. The token is kept until this tab is closed.
        </p>
      </form>
    </main>
  )
}

start()
render(<App />, document.getElementById('app')!)
