/** Language and colours. */
import { type Language, languages, useSpoken } from '../messages/messages.tsx'
import { type Theme, themes, useTheme } from './theme.ts'

export function Preferences() {
  const { t, language, choose } = useSpoken()
  const [theme, setTheme] = useTheme()
  return (
    <div className="preferences">
      <label>
        <span>{t.user.language}</span>
        <select value={language} onChange={({ target }) => choose(target.value as Language)}>
          {Object.entries(languages).map(([tag, name]) => (
            <option key={tag} value={tag} lang={tag}>
              {name}
            </option>
          ))}
        </select>
      </label>
      <label>
        <span>{t.user.theme}</span>
        <select value={theme} onChange={({ target }) => setTheme(target.value as Theme)}>
          {themes.map((one) => (
            <option key={one} value={one}>
              {t.user.themes[one]}
            </option>
          ))}
        </select>
      </label>
    </div>
  )
}
