// What the receipt of an instrument says by itself: the slip and the register answer it, a person only corrects.
import { map, maps } from '../../core/reading.ts'
import { childrenOf } from '../../core/store/documents.ts'
import type { Keeper } from '../../core/store/rows.ts'
import type { Document, State } from '../../core/types.ts'
import { text } from '../work/reading.ts'

export const CHECKLIST = 'mobile-verification'
const [OWNER, PLATE, MODE, PROCEDURE] = ['KD01', 'KD02', 'KD03', 'KD04'] as const

/** Procedures that are the only one of their type (docs of the checklist's KD04); of scales there are several, so they are not here. */
const ONLY: { readonly [type: string]: string } = {
  'weighbridge': '13-2019', 'sphygmomanometer/electronic': '343-2020', 'sphygmomanometer/mechanical': '09-2011',
  'clinical_thermometer/electronic': '25-2017', 'clinical_thermometer/glass': '159-2017', 'electrocardiograph': '43-2017',
  'electroencephalograph': '44-1999', 'patient_monitor': '332-2017',
}
/** Slips that are looked back at for the procedure that this table used last. */
const BACK = 12

export interface Received { owner: State; commune: string; market: string; instrument: State; look: string; procedure: string | null }

/** The answers of the receipt, by item, as `values`. */
export function receiptOf({ owner, commune, market, instrument, look, procedure }: Received): { [item: string]: State } {
  const attributes = map(instrument.attributes)
  const unit = text(attributes.unit)
  const measures = ['max', 'e'].flatMap((key) => (text(attributes[key]) === '' ? [] : [`${key === 'max' ? 'Max' : key} ${text(attributes[key]).replace('.', ',')} ${unit}`.trim()]))
  const plate = [text(instrument.maker), text(instrument.model), text(instrument.serial), ...measures, text(attributes.accuracy_class)].filter(Boolean).join('; ')
  const known = [instrument.certificate_number, instrument.mark_serial, instrument.verified_until].some((each) => text(each) !== '')
  return {
    [OWNER]: { owner: text(owner.name), commune, market, phone: text(owner.phone) },
    [PLATE]: { nameplate: plate, state: look },
    ...(known ? { [MODE]: { mode: 'periodic' } } : {}),
    ...(procedure === null ? {} : { [PROCEDURE]: { procedure } }),
  }
}

/** The procedure that an instrument will be verified by: its type's only one, else what was used last for that type. */
export function procedureFor(instrument: State, used: ReadonlyMap<string, string>): string | null {
  const type = text(instrument.type)
  return ONLY[type] ?? ONLY[`${type}/${text(map(instrument.attributes).kind)}`] ?? used.get(type) ?? null
}

/** What this session verified each type of instrument by, the newest slips first. */
export async function usedProcedures(s: Keeper, slips: readonly Document[], instruments: readonly Document[]): Promise<Map<string, string>> {
  const types = new Map(instruments.map((each) => [each.id, text(each.state.type)]))
  const found = new Map<string, string>()
  for (const slip of [...slips].sort((a, b) => (a.id < b.id ? 1 : -1)).slice(0, BACK)) {
    for (const { state } of await childrenOf(s, slip.id, 'finding')) {
      const [type, code] = [types.get(text(state.subject_id)), text(map(state.values).procedure)]
      if (state.item === PROCEDURE && type !== undefined && code !== '' && !found.has(type)) found.set(type, code)
    }
  }
  return found
}

/** The checklist's pin on a slip; null where the campaign does not use it. */
export function pinIn(slip: State): State | null {
  return maps(slip.checklists).find((each) => each.code === CHECKLIST) ?? null
}
