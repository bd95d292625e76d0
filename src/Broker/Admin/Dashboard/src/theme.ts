import { signal } from '@preact/signals'

export type Theme = 'system' | 'light' | 'dark'

const key = 'broker.theme'
const stored = localStorage.getItem(key)

export const theme = signal<Theme>(stored === 'light' || stored === 'dark' ? stored : 'system')

/** Rises when colours have changed, for what is drawn and not styled. */
export const painted = signal(0)

const apply = () => {
  document.documentElement.dataset.theme = theme.value
  painted.value++
}

export const setTheme = (next: Theme) => {
  theme.value = next
  if (next === 'system') localStorage.removeItem(key)
  else localStorage.setItem(key, next)
  apply()
}

matchMedia('(prefers-color-scheme: dark)').addEventListener('change', apply)
apply()
