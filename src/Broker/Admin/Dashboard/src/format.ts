const whole = new Intl.NumberFormat('en', { maximumFractionDigits: 0 })
const short = new Intl.NumberFormat('en', { notation: 'compact', maximumFractionDigits: 1 })

export const count = (value: number) => (value < 100_000 ? whole.format(value) : short.format(value))

export const rate = (value: number) => (value !== 0 && value < 10 ? value.toFixed(1) : count(value))

export const bytes = (value: number) => {
  if (value < 1024) return `${whole.format(value)} B`
  const units = ['KiB', 'MiB', 'GiB', 'TiB']
  let unit = -1
  do {
    value /= 1024
    unit++
  } while (value >= 1024 && unit < units.length - 1)
  return `${value < 10 ? value.toFixed(1) : whole.format(value)} ${units[unit]}`
}

export const milliseconds = (seconds: number) => {
  const value = seconds * 1000
  return `${value < 10 ? value.toFixed(2) : value < 100 ? value.toFixed(1) : whole.format(value)} ms`
}

export const duration = (seconds: number) => {
  const s = Math.floor(seconds)
  if (s < 60) return `${s} s`
  if (s < 3600) return `${Math.floor(s / 60)} min ${s % 60} s`
  if (s < 86_400) return `${Math.floor(s / 3600)} h ${Math.floor((s % 3600) / 60)} min`
  return `${Math.floor(s / 86_400)} d ${Math.floor((s % 86_400) / 3600)} h`
}

export const expiry = (seconds?: number) => (seconds === undefined ? 'never' : seconds === 0 ? 'at once' : duration(seconds))

export const instant = (text: string) => new Date(text).toLocaleString('sv-SE')

export const clock = (time: Date) => time.toLocaleTimeString('sv-SE')

export const clockToMillisecond = (text: string) => {
  const time = new Date(text)
  return `${clock(time)}.${`${time.getMilliseconds()}`.padStart(3, '0')}`
}

export const words = (name: string) => name.replaceAll('_', ' ')

export const decode = (base64: string) => Uint8Array.from(atob(base64), (one) => one.charCodeAt(0))

/** As hex dumps are written, the first bytes of it. */
export const hex = (data: Uint8Array, max = 1024) => {
  const lines: string[] = []
  for (let at = 0; at < Math.min(data.length, max); at += 16) {
    const row = [...data.subarray(at, Math.min(at + 16, max))]
    const digits = row.map((one) => one.toString(16).padStart(2, '0')).join(' ').padEnd(47)
    const letters = row.map((one) => (one >= 32 && one < 127 ? String.fromCharCode(one) : '.')).join('')
    lines.push(`${at.toString(16).padStart(6, '0')}  ${digits}  ${letters}`)
  }
  if (data.length > max) lines.push(`… ${data.length - max} more bytes`)
  return lines.join('\n')
}

/** JSON in lines, anything else as it is. */
export const pretty = (text: string) => {
  if (!/^\s*[[{]/.test(text) || text.length > 100_000) return text
  try {
    return JSON.stringify(JSON.parse(text), null, 2)
  } catch {
    return text // It only looked like JSON.
  }
}
