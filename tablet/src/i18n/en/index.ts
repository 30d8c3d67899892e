// English, loaded when somebody asks for it.
import type { Dictionary } from '../index.ts'
import { core } from './core.ts'
import { minutes } from './minutes.ts'
import { shell } from './shell.ts'
import { verification } from './verification.ts'
import { work } from './work.ts'

export const en: Dictionary = { shell, work, minutes, core, verification }
