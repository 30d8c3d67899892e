// Reading documents as screens show them.
import type { Document, Kind } from '../types.ts'
import type { DocumentRow } from './db.ts'
import { documentOf, type Keeper } from './rows.ts'

/** One document, undefined where the tablet has none. States are frozen: changes go through outbox/record.ts. */
export async function get(s: Keeper, kind: Kind, id: string): Promise<Document | undefined> {
  const row = await s.db.documents.get([kind, id])
  return row && documentOf(s, row)
}

/** All documents of a kind, by id. */
export async function all(s: Keeper, kind: Kind): Promise<Document[]> {
  return shown(s, await s.db.documents.where('kind').equals(kind).toArray())
}

/** The documents of a kind under a parent: an inspection's findings, an establishment's instruments, a campaign's inspections. */
export async function childrenOf(s: Keeper, parent: string, kind: Kind): Promise<Document[]> {
  return shown(s, await s.db.documents.where('[kind+parent]').equals([kind, parent]).toArray())
}

function shown(s: Keeper, rows: DocumentRow[]): Document[] {
  return rows.flatMap((row) => documentOf(s, row) ?? [])
}
