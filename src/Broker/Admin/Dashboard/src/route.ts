import { signal } from '@preact/signals'

/** The part of the address behind #: a view, and what it is about. */
export interface Route { view: string; about: string }

const read = (): Route => {
  const hash = location.hash.replace(/^#\/?/, '')
  const at = hash.indexOf('/')
  if (at < 0) return { view: hash || 'overview', about: '' }
  try {
    return { view: hash.slice(0, at), about: decodeURIComponent(hash.slice(at + 1)) }
  } catch {
    return { view: hash.slice(0, at), about: hash.slice(at + 1) } // A percent sign that somebody typed.
  }
}

export const route = signal<Route>(read())

addEventListener('hashchange', () => {
  route.value = read()
  scrollTo(0, 0)
})

export const linkTo = (view: string, about = '') => (about === '' ? `#/${view}` : `#/${view}/${encodeURIComponent(about)}`)
