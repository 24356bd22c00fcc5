import { Button, Group, Paper, Text } from '@mantine/core';
import { useNavigate } from '@tanstack/react-router';
import { useState, useSyncExternalStore } from 'react';
import { texts } from '#console/texts/index.ts';

const t = texts.overview.tour;

const STOPS = [
  { to: '/', says: t.stops.pipeline },
  { to: '/data', says: t.stops.data },
  { to: '/audiences', says: t.stops.audiences },
  { to: '/profiles', says: t.stops.profiles },
  { to: '/destinations', says: t.stops.destinations },
] as const;

/** That somebody has seen it, or does not want to. */
const KEPT_AS = 'tributary-tour';

/** At which stop somebody is; it goes with the tab. */
let at: number | undefined;
const listeners = new Set<() => void>();
const subscribe = (listener: () => void) => {
  listeners.add(listener);
  return () => listeners.delete(listener);
};
function goTo(stop: number | undefined): void {
  at = stop;
  for (const listener of listeners) listener();
}

/** Offered until somebody has taken it, or does not want it. */
export function TourOffer({ definitions }: { readonly definitions: Readonly<Record<string, number>> }) {
  const stop = useSyncExternalStore(subscribe, () => at);
  const [isOver, setOver] = useState(() => localStorage.getItem(KEPT_AS) !== null);
  const end = () => {
    localStorage.setItem(KEPT_AS, 'seen');
    setOver(true);
  };
  if (isOver || stop !== undefined || !definitions.segments) return null;
  return (
    <Group className="tile" justify="space-between">
      <Text>{t.offer}</Text>
      <Group gap="xs">
        <Button variant="default" onClick={end}>
          {t.dismiss}
        </Button>
        <Button
          variant="light"
          onClick={() => {
            end();
            goTo(0);
          }}
        >
          {t.begin}
        </Button>
      </Group>
    </Group>
  );
}

/** What a stop is about, above the screen that it is on. */
export function Tour() {
  const stop = useSyncExternalStore(subscribe, () => at);
  const navigate = useNavigate();
  const current = stop === undefined ? undefined : STOPS[stop];
  if (!current) return null;
  const go = (next: number) => {
    goTo(next);
    void navigate({ to: STOPS[next]!.to as '/' });
  };
  return (
    <Paper component="aside" className="tour" aria-label={t.label} withBorder p="md">
      <Text size="xs" c="dimmed">
        {t.step(stop! + 1, STOPS.length)}
      </Text>
      <Text role="status" my={4}>
        {current.says}
      </Text>
      <Group justify="space-between" mt="xs">
        <Button size="xs" variant="default" onClick={() => goTo(undefined)}>
          {t.end}
        </Button>
        <Group gap="xs">
          {stop! > 0 && (
            <Button size="xs" variant="default" onClick={() => go(stop! - 1)}>
              {t.back}
            </Button>
          )}
          {stop! < STOPS.length - 1 && (
            <Button size="xs" onClick={() => go(stop! + 1)}>
              {t.next}
            </Button>
          )}
        </Group>
      </Group>
    </Paper>
  );
}
