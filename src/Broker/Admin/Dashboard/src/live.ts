import { useSignal, type Signal } from '@preact/signals'
import { useEffect } from 'preact/hooks'
import { ApiError, get } from './api'

export interface Live<T> { value: Signal<T | null>; error: Signal<ApiError | null>; again: () => void }

/** Asks again every two seconds, seldom when the answer takes long; not while the page is not seen. Null: asks nothing. */
export const useLive = <T>(path: string | null, periodMilliseconds = 2000): Live<T> => {
  const value = useSignal<T | null>(null)
  const error = useSignal<ApiError | null>(null)
  const turn = useSignal(0)
  const of = useSignal<string | null>(null)
  useEffect(() => {
    if (of.value !== path) {
      // What is shown of another list is kept until this one is there, unless it is of another kind.
      if (of.value?.split('?')[0] !== path?.split('?')[0]) value.value = null
      of.value = path
    }
    if (path === null) return
    const cancel = new AbortController()
    let timer = 0
    const ask = async () => {
      const startedAt = performance.now()
      if (!document.hidden) {
        try {
          value.value = await get<T>(path, cancel.signal)
          error.value = null
        } catch (failure) {
          if (cancel.signal.aborted) return
          error.value = failure instanceof ApiError ? failure : new ApiError(0, String(failure))
          if (error.value.status === 404) value.value = null
        }
      }
      timer = window.setTimeout(ask, Math.max(periodMilliseconds, 20 * (performance.now() - startedAt)))
    }
    void ask()
    return () => {
      cancel.abort()
      clearTimeout(timer)
    }
  }, [path, turn.value])
  return { value, error, again: () => turn.value++ }
}
