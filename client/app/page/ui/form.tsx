import type { ReactNode } from 'react'
import { useMessages } from '../messages/messages.tsx'
import type { Once } from './once.ts'
import { Fault } from './outcome.tsx'
import { Button } from './ui.tsx'

interface FormProps {
  readonly onSubmit: () => void
  readonly children: ReactNode
}

/** Its fields show errors instead of the browser. */
export const Form = ({ onSubmit, children }: FormProps) => (
  <form
    className="form"
    noValidate
    onSubmit={(event) => {
      event.preventDefault()
      onSubmit()
    }}
  >
    {children}
  </form>
)

interface SubmitProps {
  /** The form's request. */
  readonly request: Pick<Once<unknown, unknown>, 'isBusy' | 'fault'>
  readonly isDisabled?: boolean
  readonly children: string
}

/** The form's last row: the reason of a refusal, and the submit button. */
export function Submit({ request: { isBusy, fault }, isDisabled = false, children }: SubmitProps) {
  const t = useMessages()
  return (
    <>
      <Fault>{fault}</Fault>
      <div className="actions">
        <Button look="main" type="submit" isPending={isBusy} isDisabled={isDisabled}>
          {isBusy ? t.outcome.busy : children}
        </Button>
      </div>
    </>
  )
}
