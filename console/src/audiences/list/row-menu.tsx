import { ActionIcon, Menu } from '@mantine/core';
import { KebabHorizontalIcon } from '@primer/octicons-react';
import { Link, useNavigate } from '@tanstack/react-router';
import { call } from '#console/api/call.ts';
import { texts } from '#console/texts/index.ts';
import { mayWrite } from '../change.ts';
import { copyAs } from '../copy-as.ts';
import type { AskedState } from '../lifecycle-dialog.tsx';
import type { Audience, Definition } from '../model.ts';

interface RowMenuProps {
  readonly audience: Audience;
  readonly ask: (to: AskedState) => void;
}

/** What can be done with an audience; what the signed-in person may not do is there and says why. */
export function RowMenu({ audience, ask }: RowMenuProps) {
  const { id, name, state } = audience;
  const navigate = useNavigate();
  const t = texts.audiences;
  const isReader = !mayWrite();
  const title = isReader ? t.needsScope : undefined;
  return (
    <Menu position="bottom-end" width={220}>
      <Menu.Target>
        <ActionIcon variant="subtle" color="gray" size={28} aria-label={t.actionsOf(name)}>
          <KebabHorizontalIcon size={16} />
        </ActionIcon>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Item component={Link} to={`/audiences/${encodeURIComponent(id)}/definition`}>
          {t.edit}
        </Menu.Item>
        <Menu.Item
          disabled={isReader}
          title={title}
          onClick={() => void navigate({ to: '/audiences/new', search: { from: id } })}
        >
          {t.duplicate}
        </Menu.Item>
        {state !== 'active' && (
          <Menu.Item disabled={isReader} title={title} onClick={() => ask('published')}>
            {t.publish}
          </Menu.Item>
        )}
        {state === 'active' && (
          <Menu.Item disabled={isReader} title={title} onClick={() => ask('inactive')}>
            {t.pause}
          </Menu.Item>
        )}
        {state !== 'archived' && (
          <Menu.Item disabled={isReader} title={title} onClick={() => ask('archived')}>
            {t.archive}
          </Menu.Item>
        )}
        <Menu.Divider />
        <Menu.Item onClick={() => void definitionOf(id).then(copyAs.yaml)}>{t.copyYaml}</Menu.Item>
        <Menu.Item onClick={() => void copyAs.command(id)}>{t.copyCommand}</Menu.Item>
        <Menu.Item onClick={() => void copyAs.link(id)}>{t.copyLink}</Menu.Item>
      </Menu.Dropdown>
    </Menu>
  );
}

async function definitionOf(id: string): Promise<Definition> {
  const { data } = await call('GET /tributary/audiences/{id}', { path: { id } });
  return data.definition as unknown as Definition;
}
