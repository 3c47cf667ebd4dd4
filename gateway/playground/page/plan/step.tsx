/** One call in full: what was asked, whom, and which fields of the answer it gave. */
import { parse, print } from 'graphql'
import { Fragment, useEffect, useRef } from 'react'
import type { TracedAttempt, TracedCall } from '../../../exchange/trace.ts'
import { KindMark } from '../../../map/page/kind-mark.tsx'
import { bytes, count, milliseconds } from './format.ts'

const PEEK = 48 // pixels of the lanes above that stay in sight

export function Step({ call, id, onClose }: { readonly call: TracedCall; readonly id: string; onClose(): void }) {
  const section = useRef<HTMLElement>(null)
  // Within the panel only: `scrollIntoView` would move the whole page.
  useEffect(() => {
    const shown = section.current
    shown?.closest('.picture')?.scrollTo({ top: shown.offsetTop - PEEK, behavior: 'instant' })
  }, [])
  const { service, kind, errors, fields, attempts, operation, variables, sent, received, source, entities } = call
  return (
    <section ref={section} id={id} className="step" data-kind={kind} aria-label={`What ${service} was asked`}>
      <header>
        <h3>
          <KindMark kind={kind} /> {service}
        </h3>
        <p>{summary(call)}</p>
        <button type="button" onClick={onClose}>
          Close
        </button>
      </header>
      {errors.map(({ code, message }) => (
        <p key={`${code} ${message}`} className="fault">
          <strong>{code}</strong> {message}
        </p>
      ))}
      <div className="columns">
        <div>
          <h4>Request</h4>
          {/* biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls, and needs the keyboard for it */}
          <pre tabIndex={0}>{readable(operation)}</pre>
          {variables !== undefined && (
            <>
              <h4>Variables</h4>
              {/* biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls, and needs the keyboard for it */}
              <pre tabIndex={0}>{indented(variables)}</pre>
            </>
          )}
        </div>
        <div>
          <h4>{fields.length > 0 ? `Gave ${count(fields.length, 'field')}` : 'Gave no field'}</h4>
          <ul className="fields">
            {fields.map((field) => (
              <li key={field}>
                {field.split(/(?=\.)/).map((part, index) => (
                  // biome-ignore lint/suspicious/noArrayIndexKey: parts of a text that stays
                  <Fragment key={index}>
                    <wbr />
                    {part}
                  </Fragment>
                ))}
              </li>
            ))}
          </ul>
          <h4>{attempts.length > 0 ? 'Tries' : 'No instance was asked'}</h4>
          <ul className="tries">
            {attempts.map((attempt) => (
              <li key={`${attempt.instance} ${attempt.start}`} data-outcome={attempt.outcome}>
                {told(attempt)}
              </li>
            ))}
          </ul>
          <p className="sizes">
            {source === 'service' ? `${bytes(sent)} sent, ${bytes(received)} received` : `${bytes(received)} kept`}
            {entities && `, ${count(entities.asked, 'entity', 'entities')} asked for, ${entities.cached} known`}
          </p>
        </div>
      </div>
    </section>
  )
}

function summary({ kind, source, start, duration }: TracedCall): string {
  const who = { service: 'asked', cache: 'answered from the cache', shared: 'shared with another request' }[source]
  return `${kind}, ${who} ${milliseconds(start)} after the request began, for ${milliseconds(duration)}`
}

const told = ({ instance, start, duration, outcome, reason, hedge }: TracedAttempt): string =>
  `${instance}: ${outcome} after ${milliseconds(duration)}${reason === undefined ? '' : ` (${reason})`}, begun at ${milliseconds(start)}${hedge ? ', as a hedge' : ''}`

/** As it was sent it is one line. */
function readable(operation: string): string {
  try {
    return print(parse(operation))
  } catch {
    return operation // cut
  }
}

function indented(json: string): string {
  try {
    return JSON.stringify(JSON.parse(json), null, 2)
  } catch {
    return json // cut
  }
}
