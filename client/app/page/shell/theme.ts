/** Light or dark: the user's choice, else the system's. */
import { useState } from 'react'

export const themes = ['system', 'light', 'dark'] as const

export type Theme = (typeof themes)[number]

const CHOICE = 'tributary-app:theme'

const chosen = (): Theme => themes.find((theme) => theme === localStorage.getItem(CHOICE)) ?? 'system'

/** Call it before anything is shown. */
export function applyTheme(theme: Theme = chosen()): void {
  document.documentElement.dataset['theme'] = theme
}

export function useTheme(): readonly [Theme, (theme: Theme) => void] {
  const [theme, setTheme] = useState(chosen)
  return [
    theme,
    (next) => {
      localStorage.setItem(CHOICE, next)
      applyTheme(next)
      setTheme(next)
    },
  ]
}
