import { Button, Group, Modal, Stack, Text } from '@mantine/core';
import { Failed } from '#console/parts/failed.tsx';
import { count } from '#console/parts/number.ts';
import { texts } from '#console/texts/index.ts';
import { useLifecycle } from './change.ts';
import type { Audience, Lifecycle } from './model.ts';

export type AskedState = Exclude<Lifecycle, 'draft'>;

interface Asked {
  readonly audience: Pick<Audience, 'id' | 'name' | 'destinations'>;
  readonly to: AskedState;
  readonly members: number | undefined;
}

const VERBS = { published: 'publish', inactive: 'pause', archived: 'archive' } as const;

/** Asks whether an audience shall be published, paused or archived, with what that does. */
export function LifecycleDialog({ asked, close }: { readonly asked: Asked | undefined; readonly close: () => void }) {
  const { mutate, isPending, error, reset } = useLifecycle();
  const done = () => {
    reset();
    close();
  };
  const t = texts.audiences;
  return (
    <Modal opened={asked !== undefined} onClose={done} title={asked && t.confirm[asked.to](asked.audience.name)}>
      {asked && (
        <Stack gap="md">
          <Text>{effectOf(asked)}</Text>
          {error && <Failed error={error} />}
          <Group justify="flex-end">
            <Button variant="default" onClick={done}>
              {t.cancel}
            </Button>
            <Button
              loading={isPending}
              onClick={() => mutate({ id: asked.audience.id, to: asked.to }, { onSuccess: done })}
            >
              {t[VERBS[asked.to]]}
            </Button>
          </Group>
        </Stack>
      )}
    </Modal>
  );
}

function effectOf({ audience, to, members }: Asked): string {
  const t = texts.audiences.confirm;
  if (to === 'published') return t.publishedEffect;
  return to === 'archived' ? t.archivedEffect : t.inactiveEffect(count(members), audience.destinations.length);
}
