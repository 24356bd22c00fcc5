import { Group, Select, Stack, Text, Textarea } from '@mantine/core';
import { texts } from '#console/texts/index.ts';
import type { Membership, Raw } from '#core/segmentation/blocks/model.ts';
import { useEditor } from '../context.ts';
import type { Leaf } from '../tree.ts';
import { Choice } from './choice.tsx';
import { EventBlock } from './event-block.tsx';
import { SequenceBlock } from './sequence-block.tsx';
import { TestRow } from './test-row.tsx';

interface LeafBlockProps<B extends Leaf = Leaf> {
  readonly block: B;
  readonly onChange: (block: Leaf) => void;
}

const t = texts.rules;

/** What one block asks. */
export function LeafBlock({ block, onChange }: LeafBlockProps) {
  switch (block.kind) {
    case 'attribute':
      return <TestRow of="profile" test={block.test} onChange={(test) => onChange({ ...block, test })} />;
    case 'event':
      return <EventBlock block={block} onChange={onChange} />;
    case 'sequence':
      return <SequenceBlock block={block} onChange={onChange} />;
    case 'membership':
      return <MembershipBlock block={block} onChange={onChange} />;
    case 'pql':
      return <RawBlock block={block} onChange={onChange} />;
  }
}

function MembershipBlock({ block, onChange }: LeafBlockProps<Membership>) {
  const { audiences, isReadOnly } = useEditor();
  const isKnown = audiences.some(({ value }) => value === block.audience);
  return (
    <Group gap={6}>
      <Choice
        label={t.operator}
        value={block.in ? 'in' : 'out'}
        options={[
          { value: 'in', label: t.inAudience.in },
          { value: 'out', label: t.inAudience.out },
        ]}
        onChange={(is) => onChange({ ...block, in: is === 'in' })}
      />
      <Select
        aria-label={t.audience}
        size="xs"
        w={260}
        searchable
        allowDeselect={false}
        readOnly={isReadOnly}
        data={isKnown ? [...audiences] : [...audiences, { value: block.audience, label: block.audience }]}
        value={block.audience}
        onChange={(audience) => audience !== null && onChange({ ...block, audience })}
      />
    </Group>
  );
}

function RawBlock({ block, onChange }: LeafBlockProps<Raw>) {
  const { isReadOnly } = useEditor();
  return (
    <Stack gap={4}>
      <Text size="xs" c="dimmed">
        {t.raw}
      </Text>
      <Textarea
        aria-label={t.kinds.pql}
        autosize
        minRows={1}
        maxRows={12}
        readOnly={isReadOnly}
        spellCheck={false}
        styles={{ input: { fontFamily: 'var(--mantine-font-family-monospace)', fontSize: 13 } }}
        value={block.text}
        onChange={({ currentTarget }) => onChange({ ...block, text: currentTarget.value })}
      />
    </Stack>
  );
}
