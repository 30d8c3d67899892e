// The forms of papers as data: what each is called, prints, who signs it: twin of sync/paper_forms.py.

export type Part =
  | 'results' | 'conclusion' | 'requirements' | 'measures' | 'statement' | 'photos' | 'samples' | 'laboratory' | 'seals'
  | 'attempt' | 'verification'
export type Role = 'representative' | 'witness' | 'member' | 'team_leader'

const MINUTES = 'BIÊN BẢN'
const NOTICE = 'THÔNG BÁO'
const CERTIFICATE = 'GIẤY CHỨNG NHẬN KIỂM ĐỊNH'
const EVERYTHING: Part[] = ['results', 'conclusion', 'requirements', 'measures', 'statement', 'photos']

/** One form. No code of a form in law stands here: their bodies were not seen. */
export interface Form {
  code: string
  name: string
  abstract: string
  title: string
  /** The parts of an inspection that it prints. */
  parts: ReadonlySet<Part>
  /** The type of measure that it is about, the type that this one ends. */
  measure: string
  undoes: string
  /** The forms of the paper that it cites, best first. */
  restsOn: readonly string[]
  /** The status that it gives the inspection, null where it does not close it (records of a slip close by `closes`). */
  endsAs: string | null
  /** The roles that are printed even where nobody is named. */
  signers: readonly Role[]
}

type Given = Partial<Omit<Form, 'parts'>> & { parts?: Part[] }

function form(code: string, name: string, abstract: string, given: Given = {}): Form {
  return {
    code, name, abstract, title: MINUTES, measure: '', undoes: '', restsOn: [], endsAs: null,
    signers: ['representative', 'member', 'team_leader'], ...given, parts: new Set(given.parts),
  }
}

export const FORMS: readonly Form[] = [
  form('announcement', 'Biên bản công bố quyết định', 'Công bố quyết định {act}'),
  form('working', 'Biên bản làm việc', 'Làm việc: {title}', { parts: EVERYTHING }),
  form('inspection', 'Biên bản kiểm tra', '{title}', { parts: EVERYTHING, endsAs: 'issued' }),
  form('amendment', 'Biên bản bổ sung', 'Bổ sung Biên bản số {amends}', { parts: EVERYTHING, endsAs: 'issued' }),
  form('sampling', 'Biên bản lấy mẫu', 'Lấy mẫu, niêm phong mẫu', { parts: ['samples', 'photos'] }),
  form('result_notice', 'Thông báo kết quả thử nghiệm', 'Kết quả thử nghiệm mẫu',
    { title: NOTICE, parts: ['laboratory'], restsOn: ['sampling'], signers: [] }),
  form('sealing', 'Biên bản niêm phong', 'Niêm phong', { parts: ['seals', 'photos'], measure: 'seal' }),
  form('unsealing', 'Biên bản mở niêm phong', 'Mở niêm phong',
    { parts: ['seals', 'photos'], measure: 'unseal', undoes: 'seal', restsOn: ['sealing', 'inspection', 'working'] }),
  form('suspension_notice', 'Thông báo tạm dừng', 'Tạm dừng {thing}',
    { title: NOTICE, measure: 'suspend', restsOn: ['inspection', 'amendment', 'working'], signers: [] }),
  form('resumption_notice', 'Thông báo được tiếp tục', 'Được tiếp tục {thing}',
    { title: NOTICE, measure: 'resume', undoes: 'suspend', restsOn: ['suspension_notice'], signers: [] }),
  form('not_carried_out', 'Biên bản không tiến hành được', 'Không tiến hành được việc {act}',
    { parts: ['attempt', 'photos'], endsAs: 'not_carried_out', signers: ['member', 'team_leader'] }),
  form('verification_record', 'Biên bản kiểm định', 'Kiểm định', { parts: ['verification', 'results', 'photos'], signers: [] }),
  form('verification_certificate', 'Giấy chứng nhận kiểm định', 'Kiểm định',
    { title: CERTIFICATE, parts: ['verification', 'results'], signers: [] }),
]

/** Return a form. Throws RangeError for an unknown one. */
export function formOf(code: string): Form {
  const found = FORMS.find((each) => each.code === code)
  if (!found) throw new RangeError(`Loại biên bản '${code}' không có.`)
  return found
}

/** A letter of the agency (thông báo), signed by its head; the others are minutes of those who were there. */
export function isNotice(form: Form): boolean {
  return form.title === NOTICE
}

/** What an instrument's owner keeps and the head signs (giấy chứng nhận kiểm định). */
export function isCertificate(form: Form): boolean {
  return form.title === CERTIFICATE
}

/** Whether it is about one verified instrument (`minutes.instrument_id`). */
export function isOfInstrument(form: Form): boolean {
  return form.parts.has('verification')
}

/** Whether it can be written on a pre-printed sheet: minutes of those who are there. */
export function isByHand(form: Form): boolean {
  return !(isNotice(form) || isOfInstrument(form) || form.code === 'amendment')
}

/** Whether it is about the inspection as a whole, not about measures, samples, one instrument or a vain visit. */
export function showsInspection(form: Form): boolean {
  return !form.measure && !(['attempt', 'samples', 'laboratory', 'verification'] as const).some((part) => form.parts.has(part))
}
