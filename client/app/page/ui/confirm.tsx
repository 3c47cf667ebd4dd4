/** A confirmation dialog for actions that cannot be undone. */
import type { ReactNode } from 'react'
import { Dialog, DialogTrigger, Heading, Modal, ModalOverlay } from 'react-aria-components'
import { useMessages } from '../messages/messages.tsx'
import type { Once } from './once.ts'
import { Fault } from './outcome.tsx'
import { Button } from './ui.tsx'

interface ConfirmProps<Data, Variables> {
  /** Label of the button that asks, and of the one that confirms. */
  readonly action: string
  readonly look?: 'main' | 'plain'
  readonly title: string
  readonly children?: ReactNode
  /** The confirmed request; the dialog closes when it is done. */
  readonly request: Once<Data, Variables>
  /** `undefined` while something is missing: then the dialog does not open. */
  readonly variables: Variables | undefined
  /** False while the dialog's input is invalid. */
  readonly isReady?: boolean
}

export function Confirm<Data, Variables>(props: ConfirmProps<Data, Variables>) {
  const { action, look = 'plain', title, children, request, variables, isReady = true } = props
  const { isBusy, fault, run, clear } = request
  const carryOut = async (close: () => void): Promise<void> => {
    if (variables !== undefined && (await run(variables)) !== undefined) close()
  }
  const t = useMessages()
  return (
    <DialogTrigger onOpenChange={clear}>
      <Button look={look} isDisabled={variables === undefined}>
        {action}
      </Button>
      <ModalOverlay className="overlay" isDismissable={!isBusy} isKeyboardDismissDisabled={isBusy}>
        <Modal className="modal">
          <Dialog role="alertdialog" className="dialog">
            {({ close }) => (
              <>
                <Heading slot="title">{title}</Heading>
                {children}
                <Fault>{fault}</Fault>
                <div className="actions">
                  <Button look="main" isPending={isBusy} isDisabled={!isReady} onPress={() => void carryOut(close)}>
                    {isBusy ? t.outcome.busy : action}
                  </Button>
                  <Button isDisabled={isBusy} onPress={close}>
                    {t.outcome.leave}
                  </Button>
                </div>
              </>
            )}
          </Dialog>
        </Modal>
      </ModalOverlay>
    </DialogTrigger>
  )
}
