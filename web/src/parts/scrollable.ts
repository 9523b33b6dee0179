/** Props of an element that scrolls, so that keys scroll it too where browsers do not make it so by themselves. */
export const SCROLLABLE = { tabIndex: 0 } as const;
