/** Random operations: queries, mutations, and subscriptions of which each event is asked for. */
import { GraphQLError, GraphQLSchema, parse, validate } from 'graphql'
import { type RandomQuery, randomQuery } from '../execution/random-query.ts'
import type { Dice } from '../execution/support/dice.ts'
import { isDeniedField, type Told } from './oracle.ts'

/** `undefined` where chance makes nothing that is valid, and taken. */
export function randomQuestion(
  plain: GraphQLSchema,
  dice: Dice,
  takes: (query: string) => boolean = () => true,
): RandomQuery | undefined {
  const isEvent = dice.chance(4)
  const query = (isEvent && plain.getSubscriptionType()) || plain.getQueryType()
  const mutation = isEvent ? null : plain.getMutationType()
  const schema = new GraphQLSchema({ ...plain.toConfig(), query, mutation })
  // Few of subscriptions have one root field.
  for (let tries = 0; tries < (isEvent ? 20 : 1); tries += 1) {
    const question = randomQuery(
      schema,
      Array.from({ length: 300 }, () => dice.below(1 << 16)),
    )
    const text = isEvent ? question.query.replace('query', 'subscription') : question.query
    if (isValid(plain, text) && takes(text)) return { ...question, query: text }
  }
  return undefined
}

/** A subscription whose conditions have no values yet makes the validation throw. */
function isValid(plain: GraphQLSchema, query: string): boolean {
  try {
    return validate(plain, parse(query)).length === 0
  } catch (error) {
    if (!(error instanceof GraphQLError)) throw error
    return false
  }
}

export const isSubscription = (query: string): boolean => query.startsWith('subscription')

/** Whether a subscription must have no events. */
export const isRefused = (query: string, { data, errors }: Told): boolean =>
  isSubscription(query) &&
  // Conditions may leave nothing to subscribe to.
  (JSON.stringify(data) === '{}' || errors.some((error) => error.path?.length === 1 && isDeniedField(error)))
