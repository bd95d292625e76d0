import { useSignalEffect } from '@preact/signals'
import { useEffect, useRef } from 'preact/hooks'
import uPlot from 'uplot'
import 'uplot/dist/uPlot.min.css'
import { latest, series, ticks, times, type Name } from './figures'
import { clock } from './format'
import { painted } from './theme'

export interface Line { name: Name; label: string }

interface Props {
  title: string
  lines: Line[]
  format: (value: number) => string
  /** Where the scale ends when there is next to nothing. */
  least: number
}

const height = 132
const windowMax = 600
const windowMin = 120

/** A live plot of the last ten minutes, with the values of now in words beside its title. */
export const Plot = ({ title, lines, format, least }: Props) => {
  const place = useRef<HTMLDivElement>(null)
  const chart = useRef<uPlot | null>(null)

  const draw = () => {
    const box = place.current
    if (!box) return
    chart.current?.destroy()
    chart.current = new uPlot(optionsOf(box, lines, format, least), data(lines), box)
  }

  useSignalEffect(() => {
    painted.value
    draw()
  })
  useSignalEffect(() => {
    ticks.value
    chart.current?.setData(data(lines))
  })
  useEffect(() => {
    const observer = new ResizeObserver(([entry]) => {
      const width = Math.floor(entry!.contentRect.width)
      if (width > 0) chart.current?.setSize({ width, height })
    })
    observer.observe(place.current!)
    return () => {
      observer.disconnect()
      chart.current?.destroy()
      chart.current = null
    }
  }, [])

  ticks.value
  const now = lines.map((line) => ({ ...line, value: latest(line.name) }))
  const said = now.map(({ label, value }) => `${label} ${value === null ? 'not known' : format(value)}`).join(', ')
  return (
    <section class="plot" aria-label={title}>
      <header>
        <h2>{title}</h2>
        {now.map(({ label, value }, at) => (
          <span class={`key c${at + 1}`} key={label}>
            {label} <b>{value === null ? '–' : format(value)}</b>
          </span>
        ))}
      </header>
      <div class="canvas" role="img" aria-label={`${title}, the last ten minutes; now ${said}`} ref={place} />
    </section>
  )
}

const data = (lines: Line[]) => [times, ...lines.map((line) => series[line.name])] as uPlot.AlignedData

const colours = (box: HTMLElement, variable: string) => {
  box.style.color = `var(${variable})`
  const colour = getComputedStyle(box).color
  box.style.color = ''
  return colour
}

const optionsOf = (box: HTMLElement, lines: Line[], format: Props['format'], least: number): uPlot.Options => {
  const ink = colours(box, '--faint')
  const grid = colours(box, '--rule')
  const font = `11px ${getComputedStyle(box).fontFamily}`
  const axis = { stroke: ink, font, grid: { stroke: grid, width: 1 }, ticks: { show: false } }
  return {
    width: Math.max(100, box.clientWidth),
    height,
    padding: [8, 16, 0, 0],
    legend: { show: false },
    cursor: { y: false, points: { size: 5 }, drag: { setScale: false, x: false, y: false } },
    scales: {
      x: {
        time: true,
        range: () => {
          const end = times.at(-1) ?? Date.now() / 1000
          return [Math.max(end - windowMax, Math.min(times[0] ?? end, end - windowMin)), end]
        },
      },
      y: { range: (_, __, max) => [0, niceTop(max ?? 0, least)] },
    },
    axes: [
      {
        ...axis, size: 22, space: 70,
        values: (_, splits) => splits.map((one) => clock(new Date(one * 1000)).slice(0, one % 60 === 0 ? 5 : 8)),
        incrs: [30, 60, 120, 300],
      },
      { ...axis, size: 62, space: 30, values: (_, splits) => splits.map((one) => format(one)) },
    ],
    series: [
      {},
      ...lines.map((line, at) => ({
        label: line.label, stroke: colours(box, `--c${at + 1}`), width: 1.5, points: { show: false },
        fill: at === 0 ? `color-mix(in srgb, ${colours(box, '--c1')} 12%, transparent)` : undefined,
      })),
    ],
  }
}

const niceTop = (max: number, least: number) => {
  if (max * 1.04 <= least) return least
  const power = 10 ** Math.floor(Math.log10(max))
  return [1, 1.5, 2, 3, 4, 5, 6, 8, 10].find((step) => step * power >= max * 1.04)! * power || 10 * power
}
