// Words that the core says of itself: reasons, failures, states.
import type { core as vi } from '../vi/core.ts'

export const core = {
  storage_full: 'The tablet’s storage is full, so the last change was not saved. Sync to free photos that were sent, or delete other data and try again.',
  wrong_pin: 'Wrong PIN.',
  pin_delay: 'Too many wrong PINs. Try again in {seconds} seconds.',
  pin_shape: 'A PIN has exactly 6 digits.',
  signed_out: 'Unlock with your PIN first.',
  no_person: 'This tablet has no such user.',
  not_found: 'This document is not on the tablet.',
  too_large: 'This is too large to be sent: shorten the note or split it.',
  no_numbers: 'No minutes numbers are left of series {series} of {year}: connect and ask for more.',
  unsent_left: '{records} changes and {photos} photos are not sent yet: this user cannot be removed from the tablet.',
  offline: 'The server cannot be reached.',
  portal: 'This network blocks the connection or wants a sign-in: the server has not answered.',
  sign_in: 'The server no longer accepts this sign-in. Your data stays on the tablet: ask for a new enrolment code and enrol again.',
  revoked: 'This tablet has been revoked. What is unsent still goes to the office for review.',
  upgrade: 'This app is too old: your work is still sent, but it must be updated before it can fetch.',
  busy: 'The server is busy; the app will try again.',
  server_error: 'The server failed; the app will try again. Your data stays on the tablet.',
  app_fault: 'The app sent something malformed: export your data to a file and tell the administrator. Your data stays on the tablet.',
  gap: 'The server waits for a change that is older than what this tablet still keeps.',
  set_aside: 'The server could not process this change. It is kept on the tablet and can be exported.',
  code_refused: 'The enrolment code is wrong, used or expired.',
  other_person: 'This code was issued to somebody else than the owner of the data on this tablet.',
  storage_unknown: 'The browser does not tell how much space is left.',
} satisfies Record<keyof typeof vi, string>
