import { useEffect, useSyncExternalStore } from 'react';

/** How often somebody has asked for the palette; it is loaded when they first do. */
let asked = 0;
const listeners = new Set<() => void>();
const subscribe = (listener: () => void) => {
  listeners.add(listener);
  return () => listeners.delete(listener);
};

export function openPalette(): void {
  asked++;
  for (const listener of listeners) listener();
}

/** Whether somebody has asked for it; Ctrl+K does. */
export function usePaletteAsked(): number {
  const times = useSyncExternalStore(subscribe, () => asked);
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      if (event.key.toLowerCase() !== 'k' || !(event.ctrlKey || event.metaKey)) return;
      event.preventDefault();
      openPalette();
    };
    addEventListener('keydown', onKey);
    return () => removeEventListener('keydown', onKey);
  }, []);
  return times;
}
