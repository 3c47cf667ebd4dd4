/** The language of the page: the user's choice, else the browser's. */
import { createContext, type ReactNode, useContext, useEffect, useState } from 'react'
import { en, type Messages } from './en.ts'

export const languages = { en: 'English', pt: 'Português' } as const

export type Language = keyof typeof languages

interface Spoken {
  readonly language: Language
  /** The locale for formats: with the browser's region if it has this language. */
  readonly locale: string
  readonly t: Messages
  choose(language: Language): void
}

const CHOICE = 'tributary-app:language'
const tables: Readonly<Record<Language, () => Promise<Messages>>> = {
  en: async () => en,
  pt: async () => (await import('./pt.ts')).pt,
}

const isLanguage = (text: string): text is Language => Object.hasOwn(tables, text)

const firstLanguage = (): Language =>
  [localStorage.getItem(CHOICE) ?? '', ...navigator.languages]
    .map((tag) => tag.split('-', 1)[0] ?? '')
    .find(isLanguage) ?? 'en'

const localeOf = (language: Language): string =>
  navigator.languages.find((tag) => tag.startsWith(`${language}-`)) ?? { en: 'en-IE', pt: 'pt-PT' }[language]

const Context = createContext<Spoken | undefined>(undefined)

export function SpokenLanguage({ children }: { readonly children: ReactNode }) {
  const [language, choose] = useState(firstLanguage)
  const [loaded, setLoaded] = useState<{ readonly language: Language; readonly t: Messages }>()
  useEffect(() => {
    let isLatest = true
    void tables[language]().then((t) => {
      if (!isLatest) return
      document.documentElement.lang = language
      setLoaded({ language, t })
    })
    return () => {
      isLatest = false
    }
  }, [language])
  if (!loaded) return null
  const spoken: Spoken = {
    ...loaded,
    locale: localeOf(loaded.language),
    choose(next) {
      localStorage.setItem(CHOICE, next)
      choose(next)
    },
  }
  return <Context value={spoken}>{children}</Context>
}

export function useSpoken(): Spoken {
  const spoken = useContext(Context)
  if (!spoken) throw new Error('A language surrounds the whole page.')
  return spoken
}

export const useMessages = (): Messages => useSpoken().t
