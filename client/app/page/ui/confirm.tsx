/** Asks before something happens that cannot be undone. */
import type { ReactNode } from 'react'
import { Dialog, DialogTrigger, Heading, Modal, ModalOverlay } from 'react-aria-components'
import { useMessages } from '../messages/messages.tsx'
import { Fault } from './outcome.tsx'
import { Button } from './ui.tsx'

interface ConfirmProps {
  /** Of the button that asks. */
  readonly action: string
  readonly look?: 'main' | 'plain' | 'quiet' | 'danger'
  readonly title: string
  readonly children?: ReactNode
  readonly confirm: string
  readonly isBusy: boolean
  readonly fault: string | undefined
  readonly isDisabled?: boolean
  /** Resolves to whether it was done: then the dialog closes. */
  readonly onConfirm: () => Promise<boolean>
}

export function Confirm(props: ConfirmProps) {
  const { action, look = 'plain', title, children, confirm, isBusy, fault, isDisabled = false, onConfirm } = props
  const t = useMessages()
  return (
    <DialogTrigger>
      <Button look={look} isDisabled={isDisabled}>
        {action}
      </Button>
      <ModalOverlay className="overlay" isDismissable={!isBusy}>
        <Modal className="modal">
          <Dialog role="alertdialog" className="dialog">
            {({ close }) => (
              <>
                <Heading slot="title">{title}</Heading>
                {children}
                <Fault>{fault}</Fault>
                <div className="actions">
                  <Button
                    look={look === 'danger' ? 'danger' : 'main'}
                    isPending={isBusy}
                    onPress={() => void onConfirm().then((isDone) => isDone && close())}
                  >
                    {isBusy ? t.outcome.busy : confirm}
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
