import { Button, Menu } from '@mantine/core';
import { PlusIcon } from '@primer/octicons-react';
import { texts } from '#console/texts/index.ts';
import { useEditor } from '../context.ts';
import { newAttribute, newEvent, newMembership, newSequence } from '../new-blocks.ts';
import { type Leaf, MAX_DEPTH } from '../tree.ts';

const t = texts.rules.add;

/** What can be added to a group. */
export function AddMenu({ to, depth }: { readonly to: string; readonly depth: number }) {
  const { edit, paths, fieldOf, audiences, isReadOnly } = useEditor();
  if (isReadOnly) return null;
  const add = (block: Leaf) => () => edit({ do: 'add', to, block });
  const [path] = paths.profile;
  const field = path === undefined ? undefined : fieldOf('profile', path);
  const [audience] = audiences;
  return (
    <Menu position="bottom-start">
      <Menu.Target>
        <Button
          size="compact-sm"
          variant="default"
          leftSection={<PlusIcon size={12} />}
          style={{ alignSelf: 'flex-start' }}
        >
          {t.label}
        </Button>
      </Menu.Target>
      <Menu.Dropdown>
        {field && <Menu.Item onClick={add(newAttribute(field))}>{t.field}</Menu.Item>}
        <Menu.Item onClick={add(newEvent())}>{t.event}</Menu.Item>
        <Menu.Item onClick={add(newSequence())}>{t.sequence}</Menu.Item>
        {audience && <Menu.Item onClick={add(newMembership(audience.value))}>{t.audience}</Menu.Item>}
        {depth < MAX_DEPTH && <Menu.Item onClick={() => edit({ do: 'addGroup', to })}>{t.group}</Menu.Item>}
        <Menu.Item onClick={add({ kind: 'pql', text: 'true' })}>{t.pql}</Menu.Item>
      </Menu.Dropdown>
    </Menu>
  );
}
