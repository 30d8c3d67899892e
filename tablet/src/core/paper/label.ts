// The label of a certificate for a small printer, the few words that fit beside its QR code: twin of sync/paper_label.py.
import { document, list, map, maps, text } from '../reading.ts'
import type { State } from '../types.ts'

/** What a label says; '' for what the certificate does not say. */
export type Label = Record<'agency' | 'instrument' | 'serial' | 'certificate' | 'sticker' | 'valid_until', string>

/** Return the label of a certificate (the state of its minutes). */
export function label(minutes: State): Label {
  const paper = document(minutes.canonical)
  const said = map(paper.verification)
  const { number } = minutes
  return {
    agency: text(list(paper.agency).at(-1)),
    instrument: text(map(said.instrument).name),
    serial: text(map(said.instrument).serial),
    certificate: text(map(paper.number).text) || (typeof number === 'number' ? String(number) : text(number)),
    sticker: maps(said.stickers).map((each) => text(each.serial)).filter(Boolean).join(', '),
    valid_until: text(map(said.valid_until).text),
  }
}
