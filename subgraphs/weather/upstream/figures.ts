/**
 * Takes from kept figures exactly what was asked: an answer kept for a while covers more, or begins
 * earlier, than a question of now.
 */
import type { Figures, Question } from '../model/provider.ts'
import { HOUR } from '../model/time.ts'

/** `undefined` if the figures do not cover the question. */
export function selectFigures(figures: Figures, question: Question, now: number): Figures | undefined {
  switch (question.about) {
    case 'current': {
      // A provider without a report of the moment has at least the present hour.
      const current = figures.current ?? figures.hourly?.find(({ time }) => time > now - HOUR && time <= now)
      return current && { current }
    }
    case 'hourly': {
      const hourly = figures.hourly?.filter(({ time }) => time > now - HOUR).slice(0, question.hours)
      return hourly && hourly.length > 0 ? { hourly } : undefined
    }
    case 'daily': {
      const daily = figures.daily?.filter(({ date }) => date >= question.from && date <= question.to)
      return daily && daily.length > 0 ? { daily } : undefined
    }
    case 'air':
      return figures.air && { air: figures.air }
  }
}
