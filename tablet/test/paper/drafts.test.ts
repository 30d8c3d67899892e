// What is proposed as conclusion and requirements: worded from what was found, never a deadline that nobody chose.
import { expect, test } from 'vitest'
import { draftConclusion, draftRequirements, type Found } from '../../src/core/paper/drafts.ts'
import type { State } from '../../src/core/types.ts'
import { MINUTES } from './vectors.ts'

const documents = MINUTES.find(({ name }) => name === 'fuel-station')!.documents as unknown as Omit<Found, 'inspection' | 'rules'> & {
  inspection: State
  law: State[]
}
const STATION: Found = { ...documents, inspection: { state: documents.inspection }, rules: { law: documents.law } }
const SECOND = 'Vòi cột đo xăng dầu vòi 2 số TX-4412'
const CANS = 'Có ca đong, bình đong đối chứng và giấy chứng nhận kiểm định kèm theo'

function only(...answers: { item: string; [field: string]: unknown }[]): Found {
  const findings = answers.map((each, index) => ({ id: String(index), checklist: 'fuel-dispenser', subject_id: null, ...each }) as State)
  return { ...STATION, findings }
}

test('the conclusion names what does not conform with its subjects, then the rest', () => {
  expect(draftConclusion(STATION)).toBe(
    `Tại thời điểm kiểm tra, cơ sở có 02 nội dung không đạt yêu cầu: (1) ${CANS} (mục FU03); (2) Sai số đo thể tích – ${SECOND} ` +
      '(mục FU12). Các nội dung còn lại đã kiểm tra đạt yêu cầu. Có 01 nội dung không kiểm tra, như đã ghi tại từng mục.',
  )
})

test('a verdict counts like an answer, and what is inconclusive is neither', () => {
  const of = only(
    { item: 'FU10', answer: null, values: { a: '1' }, computed: { verdict: 'fail' } },
    { item: 'FU12', answer: 'conforming', computed: { verdict: 'inconclusive' } },
  )
  expect(draftConclusion(of)).toBe(
    'Tại thời điểm kiểm tra, cơ sở có 01 nội dung không đạt yêu cầu: (1) Niêm phong, kẹp chì, dấu kiểm định còn nguyên vẹn (mục FU10). ' +
      'Có 01 nội dung chưa kết luận được: (1) Sai số đo thể tích (mục FU12).',
  )
})

test('where everything conforms it says so, in the words of the act', () => {
  const of = { ...only({ item: 'FU02', answer: 'conforming' }, { item: 'FU04', answer: 'not_applicable' }), campaign: { kind: 'thanh_tra' } }
  expect(draftConclusion(of)).toBe('Tại thời điểm thanh tra, các nội dung đã kiểm tra đều đạt yêu cầu.')
})

test('nothing is concluded from nothing, nor from what was voided', () => {
  expect(draftConclusion(only())).toBe('')
  expect(draftConclusion(only({ item: 'FU02', answer: 'nonconforming', voided: { reason: 'nhầm' } }))).toBe('')
  expect(draftConclusion(only({ item: 'FU02', answer: 'not_checked' }))).toBe('')
})

test('each item that does not conform asks for one thing, with its findings and what its checklist cites', () => {
  expect(draftRequirements(STATION)).toEqual([
    { text: `Khắc phục nội dung không đạt tại mục FU03: ${CANS}`, article: 'Thông tư 15/2015/TT-BKHCN', due_on: null,
      finding_ids: ['0192f0c1-2b3c-7d4e-8f50-000000000003'] },
    { text: `Khắc phục nội dung không đạt tại mục FU12: Sai số đo thể tích – ${SECOND}`, article: 'Luật Đo lường, Điều 48', due_on: null,
      finding_ids: ['0192f0c1-2b3c-7d4e-8f50-000000000022'] },
  ])
})

test('what may not be cited that day is left out, and the day is the one that a person chose', () => {
  const ended: State = { id: 'tt-15', number: '15/2015/TT-BKHCN', title: 'Thông tư', valid_from: '2015-10-10', valid_to: '2020-12-31' }
  const [first] = draftRequirements({ ...STATION, rules: { law: [ended] } }, '2021-09-05')
  expect(first).toMatchObject({ article: null, due_on: '2021-09-05' })
})
