// The people on minutes: the team, witnesses, who signs and how, who gets a copy: twin of sync/paper_people.py.
import { isMap } from '../reading'
import type { State } from '../types'
import type { Role } from './forms.ts'
import { get, list, mapping, mappings, sortedBy, truthy, type Doc } from './shape.ts'
import { OUTCOMES, shortDay, TEAM_ROLES, TEAMS, text, word } from './words.ts'

const ORDER: readonly string[] = ['representative', 'witness', 'member', 'team_leader'] satisfies Role[]
const HEADINGS = { representative: 'ĐẠI DIỆN CƠ SỞ', witness: 'NGƯỜI CHỨNG KIẾN' }
const MEMBER_HEADINGS = { secretary: 'THƯ KÝ', technical_officer: 'CÁN BỘ KỸ THUẬT' }

/** Write one member of the team with the certificate that the act needs. */
export function member(member: Doc): State {
  const certificate = mapping(member.certificate)
  return {
    name: text(member.name),
    title: text(member.title),
    agency: text(member.agency),
    role: word(TEAM_ROLES, text(member.role)),
    certificate: text(certificate.number),
    certificate_until: shortDay(certificate.valid_to),
  }
}

/** Write a name with its title, or with the capacity in which somebody is there. */
export function person(person: Doc): State {
  return { name: text(person.name), title: text(truthy(person.title) ? person.title : person.capacity) }
}

/**
 * Order the signers as printed: the site, witnesses, the secretary or a member, the head of the team. The `wanted` roles
 * are printed even where nobody signed in them yet.
 */
export function signatures(campaign: Doc, establishment: Doc, signatures: Doc[], wanted: readonly Role[]): State[] {
  const team = mappings(campaign.team)
  const given = ORDER.flatMap((role) => signatures.filter((each) => each.role === role).map((each) => signer(each)))
  given.push(...confirming(signatures).map((each) => signer(each)))
  const lacks = (role: Role) => wanted.includes(role) && !given.some((each) => each.role === role)
  const missing = { representative: lacks('representative'), member: lacks('member'), leader: lacks('team_leader') }
  if (missing.representative) given.unshift(signer({ role: 'representative', ...mapping(establishment.representative) }))
  if (missing.member) {
    const roles = ['secretary', 'member', 'technical_officer']
    const found = roles.map((role) => team.find((each) => each.role === role)).find((each) => each !== undefined)
    if (found) given.push(signer({ ...found, role: 'member' }, text(found.role)))
  }
  if (missing.leader) given.push(signer({ ...team.find((each) => each.role === 'leader'), role: 'team_leader' }))
  const lead = word(TEAMS, text(campaign.kind), 'Đoàn kiểm tra').startsWith('Tổ') ? 'TỔ TRƯỞNG' : 'TRƯỞNG ĐOÀN'
  const ordered = sortedBy(given, (each) => [ORDER.indexOf(text(each.role))])
  return ordered.map((each) => (each.role === 'team_leader' ? { ...each, heading: lead } : each))
}

/** Write one who signs a paper that the two sides do not sign together. */
export function signing(given: Doc, heading: string): State {
  return { ...signer({ role: 'member', name: get(given, 'name'), title: get(given, 'title') }), heading }
}

/** Return who has to sign because somebody refused: named as witness there, not yet among the signers. */
function confirming(signatures: Doc[]): Doc[] {
  const known = new Set(signatures.filter((each) => each.role === 'witness').map((each) => text(each.name)))
  const named = new Map<string, Doc>()
  for (const each of signatures) {
    const witness = mapping(each.witness)
    const name = text(witness.name)
    if (each.outcome === 'refused' && name && !known.has(name) && !named.has(name)) named.set(name, { role: 'witness', ...witness })
  }
  return [...named.values()]
}

function signer(signature: Doc, teamRole = 'member'): State {
  const role = text(signature.role)
  const outcome = text(truthy(signature.outcome) ? signature.outcome : 'ink')
  const witness = mapping(signature.witness)
  return {
    role,
    heading: word(HEADINGS, role, word(MEMBER_HEADINGS, teamRole, 'THÀNH VIÊN')),
    ...person(signature),
    outcome,
    outcome_word: word(OUTCOMES, outcome),
    reason: text(signature.reason),
    witness: person(witness),
    unwitnessed: outcome === 'refused' && !text(witness.name),
    strokes: outcome === 'drawn' ? get(signature, 'strokes') : null,
  }
}

/** List who gets a copy (nơi nhận). */
export function recipients(organisation: Doc, establishment: Doc): string[] {
  return [...[text(establishment.name), text(organisation.name)].filter(Boolean), 'Lưu: VT, hồ sơ đoàn']
}

/** Return the members of a team that are written as such. */
export function team(campaign: Doc): State[] {
  return list(campaign.team).filter(isMap).map(member)
}
