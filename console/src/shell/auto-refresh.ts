import { useSyncExternalStore } from 'react';

let isOn = true;
const listeners = new Set<() => void>();

/** Whether screens read again by themselves: one switch for all of them. */
export function useAutoRefresh(): { readonly isOn: boolean; readonly toggle: () => void } {
  const value = useSyncExternalStore(subscribe, () => isOn);
  return { isOn: value, toggle };
}

const subscribe = (listener: () => void) => {
  listeners.add(listener);
  return () => listeners.delete(listener);
};

const toggle = () => {
  isOn = !isOn;
  for (const listener of listeners) listener();
};
