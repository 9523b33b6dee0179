import { Icon, type IconName } from '../parts/Icon.js';
import { useStore } from '../parts/store.js';
import { chooseTheme, THEMES, type Theme, theme } from './theme.js';

const ICONS: Readonly<Record<Theme, IconName>> = { system: 'system', light: 'sun', dark: 'moon' };

/** Goes round the themes: the system's, light, dark. */
export const ThemeButton = () => {
  const current = useStore(theme);
  const next = THEMES[(THEMES.indexOf(current) + 1) % THEMES.length]!;
  const label = `Theme: ${current}. Change to ${next}.`;
  return (
    <button type="button" className="icon-button" aria-label={label} title={label} onClick={() => chooseTheme(next)}>
      <Icon name={ICONS[current]} />
    </button>
  );
};
