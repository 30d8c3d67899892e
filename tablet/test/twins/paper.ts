// Answers questions of tests/sync/twins, one JSON line each, {call, args}: what the tablet composes, seals and judges.
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import * as ed from '@noble/ed25519'
import { sha512 } from '@noble/hashes/sha2.js'
import { bytesToHex, hexToBytes } from '@noble/hashes/utils.js'
import { blank } from '../../src/core/paper/blank.ts'
import { compose, type ComposeInput } from '../../src/core/paper/compose.ts'
import { formOf } from '../../src/core/paper/forms.ts'
import { readKeys } from '../../src/core/paper/keys.ts'
import { label } from '../../src/core/paper/label.ts'
import { labelInputs, pageInputs, type PaperStatus } from '../../src/core/paper/pdf.ts'
import { modules } from '../../src/core/paper/qr.ts'
import { canonicalText, digest, peek, qrText, seal, type Claims } from '../../src/core/paper/seal.ts'
import { Typesetter } from '../../src/core/paper/typesetter.ts'
import { verify } from '../../src/core/paper/verify.ts'
import type { State } from '../../src/core/types.ts'

ed.hashes.sha512 = sha512

type Said = Omit<Claims, 'version' | 'key_id' | 'sha256'>

async function sealed(claims: Said, text: string, secretHex: string, host: string) {
  const secret = hexToBytes(secretHex)
  const signer = { publicKey: ed.getPublicKey(secret), sign: async (bytes: Uint8Array) => ed.sign(bytes, secret) }
  const cose = await seal({ ...claims, sha256: digest(text) }, signer)
  return { cose: bytesToHex(cose), qr: qrText(host, cose) }
}

async function verified(scanned: string, isHex: boolean, keysFile: string) {
  const found = await verify(isHex ? hexToBytes(scanned) : scanned, readKeys(keysFile))
  return [found.outcome, found.message, found.claims?.number ?? null]
}

function peeked(coseHex: string) {
  const claims = peek(hexToBytes(coseHex))
  return { ...claims, sha256: bytesToHex(claims.sha256), key_id: bytesToHex(claims.key_id) }
}

const WASM = 'node_modules/@myriaddreamin/typst-ts-web-compiler/pkg/typst_ts_web_compiler_bg.wasm'
let typesetter: Promise<Typesetter> | null = null

function started(): Promise<Typesetter> {
  const read = (folder: string, kind: string) =>
    readdirSync(folder).filter((name) => name.endsWith(kind)).sort().map((name) => ({ name, bytes: readFileSync(join(folder, name)) }))
  const printing = '../server/printing'
  return Typesetter.start({
    wasm: readFileSync(WASM),
    fonts: read(`${printing}/fonts`, '.ttf').map(({ bytes }) => new Uint8Array(bytes)),
    templates: read(`${printing}/templates`, '.typ').map(({ name, bytes }) => ({ name, source: bytes.toString() })),
  })
}

async function printed(canonical: string, coseHex: string, host: string, status: PaperStatus): Promise<string> {
  typesetter ??= started()
  return bytesToHex((await typesetter).print(pageInputs({ canonical, cose: hexToBytes(coseHex), host, status })))
}

async function labelled(minutes: State, coseHex: string, host: string) {
  typesetter ??= started()
  const words = label(minutes)
  return { words, pdf: bytesToHex((await typesetter).print(labelInputs([{ words, cose: hexToBytes(coseHex) }], host))) }
}

/** The functions that may be asked; what they are given is what Python sends. */
const CALLS = {
  composed: (input: ComposeInput) => canonicalText(compose(input)),
  blank: (input: ComposeInput) => canonicalText(blank(formOf(input.form), compose(input), input.checklists ?? [])),
  canonical: (doc: State) => canonicalText(doc),
  modules, sealed, verified, peeked, printed, labelled,
}

async function answer(line: string): Promise<unknown> {
  const { call, args }: { call: keyof typeof CALLS; args: never[] } = JSON.parse(line)
  try {
    const asked: (...args: never[]) => unknown = CALLS[call]
    return (await asked(...args)) ?? null
  } catch (problem) {
    return { thrown: problem instanceof Error ? problem.message : String(problem) }
  }
}

for await (const line of createInterface({ input: process.stdin, crlfDelay: Infinity })) {
  process.stdout.write(JSON.stringify(await answer(line)) + '\n')
}
