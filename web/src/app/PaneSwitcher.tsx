import { useDemo } from '../demo/DemoContext.js';
import type { Pane } from '../panes/panes.js';
import { Icon } from '../parts/Icon.js';
import { DEVICE_ICONS } from '../people/deviceIcons.js';
import { DEVICE_LABELS } from '../words/labels.js';
import { firstName } from '../words/names.js';

interface Props {
  readonly panes: readonly Pane[];
  readonly currentId: string;
  readonly onChoose: (id: string) => void;
}

/** In a narrow window, which shows one pane: the others. */
export const PaneSwitcher = ({ panes, currentId, onChoose }: Props) => {
  const { people } = useDemo();
  const nameOf = (userId: string) => people.find(({ id }) => id === userId)?.name ?? userId;
  return (
    <nav className="switcher" aria-label="Panes">
      {panes.map(({ id, userId, device }) => (
        <button
          key={id}
          type="button"
          className="switcher-item"
          aria-current={id === currentId}
          onClick={() => onChoose(id)}
        >
          <Icon name={DEVICE_ICONS[device] ?? 'unknown'} />
          {firstName(nameOf(userId))}
          <span className="visually-hidden">, {DEVICE_LABELS[device] ?? device}</span>
        </button>
      ))}
    </nav>
  );
};
