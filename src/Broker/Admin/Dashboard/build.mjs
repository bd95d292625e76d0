// Bundles the dashboard into dist/: index.html, and assets whose names hold a hash of what is in them, each also compressed.
import { build } from 'esbuild'
import { mkdir, readFile, readdir, rm, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { brotliCompressSync, constants, gzipSync } from 'node:zlib'

const root = dirname(fileURLToPath(import.meta.url))
const dist = join(root, 'dist')
const assets = join(dist, 'assets')

await rm(dist, { recursive: true, force: true })
await mkdir(assets, { recursive: true })
const result = await build({
  absWorkingDir: root,
  entryPoints: { app: 'src/main.tsx' },
  bundle: true,
  splitting: true,
  format: 'esm',
  minify: true,
  target: 'es2022',
  jsx: 'automatic',
  jsxImportSource: 'preact',
  // What is not used of a package must not be kept for a debugger that is not there.
  define: { 'process.env.NODE_ENV': '"production"' },
  entryNames: '[name]-[hash]',
  chunkNames: '[name]-[hash]',
  outdir: assets,
  legalComments: 'none',
  metafile: true,
  logLevel: 'warning',
})

const outputOf = (entry, property) => {
  for (const [path, output] of Object.entries(result.metafile.outputs)) {
    if (output.entryPoint === entry) return property(path, output)
  }
  throw new Error(`no output for ${entry}`)
}
const name = (path) => path.split('/').at(-1)
const page = (await readFile(join(root, 'src/index.html'), 'utf8'))
  .replace('{script}', outputOf('src/main.tsx', name))
  .replace('{style}', outputOf('src/main.tsx', (_, output) => name(output.cssBundle)))

let first = 0
for (const file of await readdir(assets)) {
  const brotli = await compress(join(assets, file))
  if (!file.startsWith('mqtt')) first += brotli
  await rm(join(assets, file))
}
first += await write(join(dist, 'index.html'), Buffer.from(page))
console.log(`dashboard: ${first} bytes (brotli) without the test client's MQTT.js`)

async function compress(path) {
  return write(path, await readFile(path))
}

// The plain file stands for both: who takes neither encoding gets the gzip one unpacked.
async function write(path, bytes) {
  const brotli = brotliCompressSync(bytes, {
    params: { [constants.BROTLI_PARAM_QUALITY]: 11, [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length },
  })
  await writeFile(`${path}.br`, brotli)
  await writeFile(`${path}.gz`, gzipSync(bytes, { level: 9 }))
  return brotli.length
}
