/** The demo's customers, as the sign-in page shows them. The seed has the same names. */
import { demoCallers } from '../../platform/protocol/demo-identity.ts'

export interface Person {
  readonly id: string
  readonly name: string
  readonly role: string
}

const known: Readonly<Record<string, Omit<Person, 'id'>>> = {
  payer: { name: 'Ana Ribeiro', role: 'Customer, pays' },
  payee: { name: 'Brendan Walsh', role: 'Customer, is paid' },
  officer: { name: 'Maeve Byrne', role: 'Officer of the bank' },
  officer2: { name: 'Second officer', role: 'For changes that need two' },
}

const personOf = (id: string): Person => ({ id, ...(known[id] ?? { name: id, role: '' }) })

export const people: readonly Person[] = Object.keys(demoCallers).map(personOf)

/** Claims for an ID token. */
export const claimsOf = (id: string) => ({ sub: id, name: personOf(id).name, preferred_username: id })
