import type { ReactNode } from 'react'

interface FormProps {
  readonly onSubmit: () => void
  readonly children: ReactNode
}

/** Its fields say what is wrong, not the browser. */
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
