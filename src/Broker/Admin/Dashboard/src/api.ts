import { signal } from '@preact/signals'

/** Kept for this tab only. */
const key = 'broker.token'

export const token = signal<string | null>(sessionStorage.getItem(key))

/** Why the page asks for a token; null: it does not. */
export const refused = signal<string | null>(null)

/** What came back and was no success. */
export class ApiError extends Error {
  constructor(readonly status: number, message: string, readonly details: string[] = []) {
    super(message)
  }
}

export const logIn = (value: string) => {
  sessionStorage.setItem(key, value)
  token.value = value
  refused.value = null
}

export const logOut = () => {
  sessionStorage.removeItem(key)
  token.value = null
  refused.value = ''
}

/** Asks the API. Whoever leaves the view cancels by the signal. */
export const request = async (method: string, path: string, cancel?: AbortSignal, body?: unknown): Promise<Response> => {
  const sent = token.value
  const headers: Record<string, string> = {}
  if (sent !== null) headers.Authorization = `Bearer ${sent}`
  if (body !== undefined) headers['Content-Type'] = 'application/json'
  let response: Response
  try {
    response = await fetch(`api/${path}`, {
      method, headers, signal: cancel, body: body === undefined ? undefined : JSON.stringify(body), credentials: 'omit',
    })
  } catch (error) {
    if (cancel?.aborted) throw error
    throw new ApiError(0, 'The broker does not answer.')
  }
  if (response.ok) return response
  const error = await read(response)
  // What was asked before the token changed says nothing about the new one.
  if (response.status === 401 && sent === token.value) {
    if (sent !== null) sessionStorage.removeItem(key)
    token.value = null
    refused.value = sent === null ? '' : 'This token is not in admin_token_file.'
  }
  throw error
}

const read = async (response: Response): Promise<ApiError> => {
  const text = (await response.text()).trim()
  if (!response.headers.get('Content-Type')?.startsWith('application/problem+json'))
    return new ApiError(response.status, text || `The broker answers ${response.status}.`)
  const problem = JSON.parse(text) as { detail?: string; title: string; errors?: string[] }
  return new ApiError(response.status, problem.detail ?? problem.title, problem.errors ?? [])
}

export const get = async <T>(path: string, cancel?: AbortSignal) => (await request('GET', path, cancel)).json() as Promise<T>

export const remove = async <T>(path: string) => (await request('DELETE', path)).json() as Promise<T>

export const post = async <T>(path: string, body?: unknown) =>
  (await request('POST', path, undefined, body)).json() as Promise<T>

/** Server-sent events, with a token, which EventSource cannot send. Ends when the broker ends it. */
export const follow = async <T>(path: string, cancel: AbortSignal, take: (event: T) => void) => {
  const response = await request('GET', path, cancel)
  const reader = response.body!.pipeThrough(new TextDecoderStream()).getReader()
  let pending = ''
  while (true) {
    const { value, done } = await reader.read()
    if (done) return
    pending += value
    const events = pending.split('\n\n')
    pending = events.pop()!
    for (const event of events) if (event.startsWith('data: ')) take(JSON.parse(event.slice(6)) as T)
  }
}

export const query = (fields: Record<string, string | number | undefined>) => {
  const parameters = new URLSearchParams()
  for (const [name, value] of Object.entries(fields)) if (value !== undefined && value !== '') parameters.set(name, `${value}`)
  const text = parameters.toString()
  return text === '' ? '' : `?${text}`
}
