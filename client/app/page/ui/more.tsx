/**
 * The end of a paged list, which loads more when it comes into view, or as a button by keyboard.
 */
import { useEffect, useRef } from 'react'
import { useMessages } from '../messages/messages.tsx'
import { Button } from './ui.tsx'

interface MoreProps {
  readonly isLoading: boolean
  readonly onMore: () => void
}

export function More({ isLoading, onMore }: MoreProps) {
  const t = useMessages()
  const place = useRef<HTMLDivElement>(null)
  const latest = useRef(onMore)
  latest.current = onMore
  useEffect(() => {
    if (!place.current || isLoading) return undefined
    const observer = new IntersectionObserver(([entry]) => entry?.isIntersecting && latest.current(), {
      rootMargin: '400px',
    })
    observer.observe(place.current)
    return () => observer.disconnect()
  }, [isLoading])
  return (
    <div className="more" ref={place}>
      <Button onPress={onMore} isPending={isLoading}>
        {isLoading ? t.loading : t.more}
      </Button>
    </div>
  )
}
