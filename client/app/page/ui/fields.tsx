/** Form fields with labels and error messages. */
import type { ReactNode } from 'react'
import { FieldError, Input, Label, Text, TextField } from 'react-aria-components'
import { LAST_DAY } from '../format/dates.ts'

interface FieldProps {
  readonly label: string
  readonly value: string
  readonly onChange: (value: string) => void
}

interface TextBoxProps extends FieldProps {
  readonly hint?: ReactNode
  readonly fault?: string | undefined
  readonly type?: 'text' | 'date' | 'search'
  readonly inputMode?: 'decimal'
  readonly maxLength?: number
  readonly autoComplete?: string
  readonly min?: string
}

export function TextBox({ label, value, onChange, hint, fault, type = 'text', ...input }: TextBoxProps) {
  return (
    <TextField
      className="field"
      value={value}
      onChange={onChange}
      type={type as 'text'}
      isInvalid={fault !== undefined}
    >
      <Label>{label}</Label>
      <Input {...input} {...(type === 'date' && { max: LAST_DAY })} spellCheck={false} />
      {hint && (
        <Text slot="description" className="quiet">
          {hint}
        </Text>
      )}
      <FieldError className="fault">{fault}</FieldError>
    </TextField>
  )
}

interface ChoiceProps extends FieldProps {
  readonly options: readonly (readonly [value: string, text: string])[]
}

export const Choice = ({ label, value, onChange, options }: ChoiceProps) => (
  <label className="field">
    <span>{label}</span>
    <select value={value} onChange={({ target }) => onChange(target.value)}>
      {options.map(([one, text]) => (
        <option key={one} value={one}>
          {text}
        </option>
      ))}
    </select>
  </label>
)
