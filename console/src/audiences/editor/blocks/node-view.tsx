import { ActionIcon, Group, Menu, Stack, Text } from '@mantine/core';
import { KebabHorizontalIcon } from '@primer/octicons-react';
import { memo, useCallback } from 'react';
import { texts } from '#console/texts/index.ts';
import { useEditor } from '../context.ts';
import { type GroupNode, type Leaf, type LeafNode, MAX_DEPTH, type Node } from '../tree.ts';
import { AddMenu } from './add-menu.tsx';
import { Choice, choicesOf } from './choice.tsx';
import { LeafBlock } from './leaf-block.tsx';

const t = texts.rules;

interface GroupViewProps {
  readonly group: GroupNode;
  readonly depth: number;
}

/** Blocks that are joined by one word, which stands between them. */
export const GroupView = memo(function GroupView({ group, depth }: GroupViewProps) {
  const { edit } = useEditor();
  const { id, join, not, items } = group;
  return (
    <Stack gap={6} className="group" data-depth={depth} role="group" aria-label={t.groupName(items.length)}>
      <Group gap={6}>
        <Choice
          label={t.joinLabel}
          value={join}
          options={choicesOf(t.join)}
          onChange={(to) => edit({ do: 'join', id, join: to })}
        />
        <Choice
          label={t.notLabel}
          value={not ? 'not' : 'so'}
          options={[
            { value: 'so', label: t.isTrue },
            { value: 'not', label: t.isNot },
          ]}
          onChange={(to) => edit({ do: 'not', id, not: to === 'not' })}
        />
        {depth > 0 && <NodeMenu node={group} depth={depth} />}
      </Group>
      {items.map((item, i) => (
        <div key={item.id}>
          {i > 0 && (
            <Text size="xs" fw={600} c="dimmed" mb={6}>
              {t.joinWord[join]}
            </Text>
          )}
          <NodeView node={item} depth={depth + 1} />
        </div>
      ))}
      <AddMenu to={id} depth={depth} />
    </Stack>
  );
});

const NodeView = ({ node, depth }: { readonly node: Node; readonly depth: number }) =>
  node.kind === 'group' ? <GroupView group={node} depth={depth} /> : <LeafView leaf={node} depth={depth} />;

const LeafView = memo(function LeafView({ leaf, depth }: { readonly leaf: LeafNode; readonly depth: number }) {
  const { edit } = useEditor();
  const { id, block } = leaf;
  const onChange = useCallback((changed: Leaf) => edit({ do: 'replace', id, block: changed }), [edit, id]);
  return (
    <Group
      className="leaf"
      gap={6}
      align="flex-start"
      wrap="nowrap"
      justify="space-between"
      role="group"
      aria-label={t.kinds[block.kind]}
    >
      <div style={{ minWidth: 0 }}>
        <LeafBlock block={block} onChange={onChange} />
      </div>
      <NodeMenu node={leaf} depth={depth} />
    </Group>
  );
});

function NodeMenu({ node, depth }: { readonly node: Node; readonly depth: number }) {
  const { edit, isReadOnly } = useEditor();
  if (isReadOnly) return null;
  const { id } = node;
  const what = node.kind === 'group' ? t.group : t.kinds[node.block.kind];
  return (
    <Menu position="bottom-end">
      <Menu.Target>
        <ActionIcon variant="subtle" color="gray" size={28} aria-label={t.actions.of(what)}>
          <KebabHorizontalIcon size={14} />
        </ActionIcon>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Item onClick={() => edit({ do: 'move', id, by: -1 })}>{t.actions.up}</Menu.Item>
        <Menu.Item onClick={() => edit({ do: 'move', id, by: 1 })}>{t.actions.down}</Menu.Item>
        {depth < MAX_DEPTH && <Menu.Item onClick={() => edit({ do: 'group', id })}>{t.actions.group}</Menu.Item>}
        {node.kind === 'group' && !node.not && (
          <Menu.Item onClick={() => edit({ do: 'ungroup', id })}>{t.actions.ungroup}</Menu.Item>
        )}
        <Menu.Item onClick={() => edit({ do: 'remove', id })}>{t.actions.remove}</Menu.Item>
      </Menu.Dropdown>
    </Menu>
  );
}
