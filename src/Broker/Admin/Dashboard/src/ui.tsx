import { useSignal, type Signal } from '@preact/signals'
import type { ComponentChildren } from 'preact'
import { useEffect, useId, useRef } from 'preact/hooks'
import { ApiError, query } from './api'
import { useLive } from './live'
import type { Page } from './types'

export interface Column<T> {
  head: string
  cell: (row: T) => ComponentChildren
  /** A number, set to the right. */
  num?: boolean
  /** Left out on a narrow screen. */
  wide?: boolean
}

interface TableProps<T> { label: string; columns: Column<T>[]; rows: T[]; keyOf: (row: T) => string; none: string }

export const Table = <T,>({ label, columns, rows, keyOf, none }: TableProps<T>) => {
  if (rows.length === 0) return <p class="none">{none}</p>
  const classOf = (column: Column<T>) => [column.num && 'num', column.wide && 'wide'].filter(Boolean).join(' ') || undefined
  return (
    // It can be scrolled sideways, so the keyboard has to get there.
    <div class="scroll" tabIndex={0} role="region" aria-label={label}>
      <table aria-label={label}>
        <thead>
          <tr>{columns.map((column) => <th scope="col" class={classOf(column)} key={column.head}>{column.head}</th>)}</tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <tr key={keyOf(row)}>
              {columns.map((column) => <td class={classOf(column)} key={column.head}>{column.cell(row)}</td>)}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  )
}

interface ListProps<T> {
  title: string
  /** Of the API, such as clients. */
  path: string
  /** The parameter that the search is sent as. */
  parameter: 'filter' | 'search'
  hint: string
  columns: Column<T>[]
  keyOf: (row: T) => string
  none: string
  children?: ComponentChildren
}

/** A list of the API: searched, in parts, as it is now. */
export const List = <T,>({ title, path, parameter, hint, columns, keyOf, none, children }: ListProps<T>) => {
  const text = useSignal('')
  const wanted = useSignal('')
  const places = useSignal<string[]>([])
  const id = useId()
  useEffect(() => {
    const timer = setTimeout(() => {
      if (wanted.value === text.value) return
      wanted.value = text.value
      places.value = []
    }, 250)
    return () => clearTimeout(timer)
  }, [text.value])
  const { value, error } = useLive<Page<T>>(
    path + query({ limit: 50, [parameter]: wanted.value, after: places.value.at(-1) }))
  const page = value.value
  const start = places.value.length * 50
  return (
    <>
      <div class="bar">
        <h1>{title}</h1>
        <div class="search">
          <label for={id} class="unseen">Search {title.toLowerCase()}</label>
          <input id={id} type="search" placeholder={hint} value={text.value} autocomplete="off" spellcheck={false}
            onInput={(event) => (text.value = event.currentTarget.value)} />
        </div>
        {children}
      </div>
      <Failure of={error} />
      {page && (
        <Table label={title} columns={columns} rows={page.items} keyOf={keyOf}
          none={wanted.value ? 'Nothing matches.' : none} />
      )}
      {page && (places.value.length > 0 || page.next !== undefined) && (
        <nav class="pages" aria-label={`Parts of ${title.toLowerCase()}`}>
          <button type="button" disabled={start === 0} onClick={() => (places.value = places.value.slice(0, -1))}>
            Previous
          </button>
          <span>{start + 1} to {start + page.items.length}</span>
          <button type="button" disabled={page.next === undefined}
            onClick={() => (places.value = [...places.value, page.next!])}>
            Next
          </button>
        </nav>
      )}
    </>
  )
}

export const Failure = ({ of }: { of: Signal<ApiError | null> }) =>
  of.value && of.value.status !== 401 ? (
    <div class="failure" role="alert">
      {of.value.message}
      {of.value.details.length > 1 && <ul>{of.value.details.map((one) => <li key={one}>{one}</li>)}</ul>}
    </div>
  ) : null

export const Facts = ({ facts }: { facts: [string, ComponentChildren][] }) => (
  <dl class="facts">
    {facts.filter(([, value]) => value !== undefined && value !== null && value !== '').map(([name, value]) => (
      <div key={name}><dt>{name}</dt><dd>{value}</dd></div>
    ))}
  </dl>
)

interface ConfirmProps { action: string; question: string; consequence: string; run: () => Promise<void> }

/** A button that asks first. Whether it worked is said where it was asked. */
export const Confirm = ({ action, question, consequence, run }: ConfirmProps) => {
  const dialog = useRef<HTMLDialogElement>(null)
  const error = useSignal<ApiError | null>(null)
  const busy = useSignal(false)
  const id = useId()
  const go = async () => {
    busy.value = true
    error.value = null
    try {
      await run()
      dialog.current?.close()
    } catch (failure) {
      error.value = failure instanceof ApiError ? failure : new ApiError(0, String(failure))
    } finally {
      busy.value = false
    }
  }
  return (
    <>
      <button type="button" class="danger" onClick={() => dialog.current?.showModal()}>{action}…</button>
      <dialog ref={dialog} aria-labelledby={id} onClose={() => (error.value = null)}>
        <h2 id={id}>{question}</h2>
        <p>{consequence}</p>
        <Failure of={error} />
        <div class="actions">
          <button type="button" onClick={() => dialog.current?.close()}>Cancel</button>
          <button type="button" class="danger" disabled={busy.value} onClick={go}>{action}</button>
        </div>
      </dialog>
    </>
  )
}

interface ActionProps { children: ComponentChildren; error: Signal<ApiError | null>; run: () => Promise<void>; class?: string }

/** A button that does something at once. */
export const Action = ({ children, error, run, class: kind }: ActionProps) => {
  const busy = useSignal(false)
  const go = async () => {
    busy.value = true
    error.value = null
    try {
      await run()
    } catch (failure) {
      error.value = failure instanceof ApiError ? failure : new ApiError(0, String(failure))
    } finally {
      busy.value = false
    }
  }
  return <button type="button" class={kind} disabled={busy.value} onClick={go}>{children}</button>
}

interface FieldProps { label: string; children: (id: string) => ComponentChildren; class?: string }

export const Field = ({ label, children, class: kind }: FieldProps) => {
  const id = useId()
  return <div class={`field ${kind ?? ''}`}><label for={id}>{label}</label>{children(id)}</div>
}

interface TextProps {
  label: string; value: Signal<string>; class?: string; type?: 'text' | 'password' | 'number'; placeholder?: string
  min?: number; max?: number; disabled?: boolean; list?: string
}

export const Text = ({ label, value, class: kind, type = 'text', ...rest }: TextProps) => (
  <Field label={label} class={kind}>
    {(id) => (
      // Which attributes go with which type is not known of a type that comes from outside.
      <input {...rest as object} id={id} type={type as 'text'} value={value.value} autocomplete="off" spellcheck={false}
        onInput={(event) => (value.value = event.currentTarget.value)} />
    )}
  </Field>
)

interface ChoiceProps { label: string; value: Signal<string>; of: [string, string][]; class?: string; disabled?: boolean }

export const Choice = ({ label, value, of, class: kind, disabled }: ChoiceProps) => (
  <Field label={label} class={kind}>
    {(id) => (
      <select id={id} value={value.value} disabled={disabled} onChange={(event) => (value.value = event.currentTarget.value)}>
        {of.map(([key, name]) => <option value={key} key={key}>{name}</option>)}
      </select>
    )}
  </Field>
)

export const Tick = ({ label, value, disabled }: { label: string; value: Signal<boolean>; disabled?: boolean }) => (
  <label class="tick">
    <input type="checkbox" checked={value.value} disabled={disabled}
      onChange={(event) => (value.value = event.currentTarget.checked)} />
    {label}
  </label>
)

export const Badge = ({ kind, children }: { kind: string; children: ComponentChildren }) => (
  <span class={`badge ${kind}`}>{children}</span>
)
