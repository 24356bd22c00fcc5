import { Button, Group, Modal, Stack, Text } from '@mantine/core';
import { type ReactNode, useState } from 'react';
import { texts } from '#console/texts/index.ts';
import { Failed } from './failed.tsx';

interface Props {
  /** Undefined while nothing is asked. */
  readonly asks: Question | undefined;
  readonly close: () => void;
}

export interface Question {
  /** With the name of what it is done to: `Pause webhook?` */
  readonly title: string;
  /** What it will do, in numbers: `154 waiting deliveries stay queued.` */
  readonly effect: ReactNode;
  /** The verb and its object. */
  readonly action: string;
  readonly isDangerous?: boolean;
  /** Done once it has read back what it changed. */
  readonly run: () => Promise<unknown>;
}

/** Asks before something is done, says what failed, and closes when it is done. */
export function Confirm({ asks, close }: Props) {
  const [state, setState] = useState<{ readonly isRunning?: boolean; readonly error?: Error }>({});
  const end = () => {
    setState({});
    close();
  };
  const run = async (question: Question) => {
    setState({ isRunning: true });
    try {
      await question.run();
      end();
    } catch (error) {
      setState({ error: error as Error });
    }
  };
  return (
    <Modal
      opened={asks !== undefined}
      onClose={end}
      title={asks?.title}
      closeButtonProps={{ 'aria-label': texts.dialog.close }}
    >
      {asks && (
        <Stack gap="md">
          <Text component="div">{asks.effect}</Text>
          {state.error && <Failed error={state.error} />}
          <Group justify="flex-end" gap="xs">
            <Button variant="default" onClick={end}>
              {texts.dialog.cancel}
            </Button>
            <Button
              color={asks.isDangerous ? 'red' : 'blue'}
              loading={state.isRunning ?? false}
              onClick={() => void run(asks)}
              data-autofocus
            >
              {asks.action}
            </Button>
          </Group>
        </Stack>
      )}
    </Modal>
  );
}
