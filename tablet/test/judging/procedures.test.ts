// The dossiers' numbers: what tests/checklists/procedures/test_vectors.py asks of Python.
import { describe, expect, it } from 'vitest'
import { evaluate, names } from '../../src/core/judging/procedures/evaluate.ts'
import { ProcedureInputError } from '../../src/core/judging/procedures/readings.ts'
import { PROCEDURES, RULES, RULES_OF_VECTORS } from './vectors.ts'

const GOOD = PROCEDURES.filter((vector) => vector.expected)
const BAD = PROCEDURES.filter((vector) => vector.problem)

function complaint(name: string, request: unknown): ProcedureInputError {
  try {
    evaluate(name, request, RULES)
  } catch (problem) {
    if (problem instanceof ProcedureInputError) return problem
    throw problem
  }
  throw new Error('nothing to complain of')
}

describe('the vectors', () => {
  it('are of the shipped rules and cover every procedure', () => {
    expect(RULES_OF_VECTORS).toBe(RULES.version)
    expect(new Set(GOOD.map((vector) => vector.procedure))).toEqual(new Set(names()))
  })

  it.each(GOOD.map((vector) => [vector.id, vector] as const))('%s', (_id, { procedure, request, expected }) => {
    expect(evaluate(procedure, request, RULES)).toMatchObject(expected ?? {})
  })

  it.each(BAD.map((vector) => [vector.id, vector] as const))('%s names its field', (_id, { procedure, request, problem }) => {
    const found = complaint(procedure, request)
    expect(found.field).toBe(problem?.field)
    expect(found.messageVi).not.toBe('')
  })
})

it('explains a limit that is not confirmed with its number and source', () => {
  const request = GOOD.find((vector) => vector.id === 'F1-shipped-verification')?.request
  expect(evaluate('fuel-delivery', request, RULES).explanation).toBe(
    'chưa kết luận: thiếu căn cứ sai số; sai số lần 1: +0,3512 %; ' +
      'giới hạn chưa được xác nhận ±0,3 %, theo ĐLVN 10:2013 (Quyết định 2503/QĐ-TĐC ngày 19/8/2013); ' +
      'lý do: ĐLVN 10:2017 đã thay thế bản 2013; chưa có bản 2017 để đối chiếu giá trị',
  )
})

it('says that a figure which rounds onto the limit is over it', () => {
  const request = {
    date: '2021-07-15', context: 'inspection', limit: { value: '0.3', unit: '%' }, rows: [{ v_fd: '20.060001', v_ref: '20' }],
  }
  const found = evaluate('fuel-delivery', request, RULES)
  expect([found.verdict, found.rows[0]?.['error']]).toEqual(['fail', '0.3000'])
  expect(found.explanation).toContain('giá trị chưa làm tròn vượt giới hạn')
})

it('refuses a procedure that nobody has', () => {
  expect(complaint('astrology', {}).message).toMatch(/^name: không có phương pháp astrology; đang có: fuel-delivery, /)
})
