import { Button, Group, Menu } from '@mantine/core';
import { CopyIcon } from '@primer/octicons-react';
import { useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import { texts } from '#console/texts/index.ts';
import { mayWrite } from '../change.ts';
import { copyAs } from '../copy-as.ts';
import { type AskedState, LifecycleDialog } from '../lifecycle-dialog.tsx';
import type { AudienceDetail, Definition } from '../model.ts';

interface DetailActionsProps {
  readonly audience: AudienceDetail;
  readonly etag: string | undefined;
  readonly members: number | undefined;
}

export function DetailActions({ audience, members }: DetailActionsProps) {
  const t = texts.audiences;
  const [to, setTo] = useState<AskedState>();
  const navigate = useNavigate();
  const definition = audience.definition as unknown as Definition;
  const guarded = mayWrite() ? {} : { disabled: true, title: t.needsScope };
  return (
    <Group gap="xs" wrap="nowrap">
      {audience.state === 'active' ? (
        <Button variant="default" onClick={() => setTo('inactive')} {...guarded}>
          {t.pause}
        </Button>
      ) : (
        <Button onClick={() => setTo('published')} {...guarded}>
          {t.publish}
        </Button>
      )}
      {audience.state !== 'archived' && (
        <Button variant="default" onClick={() => setTo('archived')} {...guarded}>
          {t.archive}
        </Button>
      )}
      <Button
        variant="default"
        {...guarded}
        onClick={() => void navigate({ to: '/audiences/new', search: { from: audience.id } })}
      >
        {t.duplicate}
      </Button>
      <Menu position="bottom-end">
        <Menu.Target>
          <Button variant="default" leftSection={<CopyIcon size={14} />}>
            {texts.copy.label}
          </Button>
        </Menu.Target>
        <Menu.Dropdown>
          <Menu.Item onClick={() => void copyAs.command(audience.id)}>{texts.copy.command}</Menu.Item>
          <Menu.Item onClick={() => void copyAs.yaml(definition)}>{texts.copy.yaml}</Menu.Item>
          <Menu.Item onClick={() => void copyAs.request(definition)}>{texts.copy.request}</Menu.Item>
          <Menu.Item onClick={() => void copyAs.link(audience.id)}>{texts.copy.link}</Menu.Item>
        </Menu.Dropdown>
      </Menu>
      <LifecycleDialog asked={to && { audience, to, members }} close={() => setTo(undefined)} />
    </Group>
  );
}
